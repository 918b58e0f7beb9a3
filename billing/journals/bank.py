"""The bank account: what arrives, what goes back, what else leaves it, and what it held at the beginning."""

from datetime import date
from uuid import UUID

from billing import chart
from billing.ledger import Posting, kept, legs


def received(
    *, transfer_id: UUID, cents: int, currency: str, on: date, provider: str, reference: str | None
) -> list[Posting]:
    """A bank transfer arrives: always on the bank account against unmatched receipts, whatever it turns out to be."""
    return kept(
        Posting(
            kind="RECEIPT",
            subject_id=transfer_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description="Bank transfer received" if cents > 0 else "Deduction by the payer",
            legs=legs((chart.BANK, cents), (chart.UNMATCHED, -cents)),
            bank_transfer_id=transfer_id,
            provider=provider,
            provider_reference=reference,
        )
    )


def returned(
    *,
    return_id: UUID,
    transfer_id: UUID,
    cents: int,
    currency: str,
    on: date,
    rated_on: date,
    provider: str,
    reference: str | None,
) -> list[Posting]:
    """A bank transfer went back to its payer, whole; `rated_on`: the day it came."""
    return kept(
        Posting(
            kind="RETURN",
            subject_id=return_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description="Bank transfer returned to the payer",
            legs=legs((chart.UNMATCHED, cents), (chart.BANK, -cents)),
            bank_transfer_id=transfer_id,
            provider=provider,
            provider_reference=reference,
            rated_on=rated_on,
        )
    )


def debited(
    *,
    subject_id: UUID,
    cents: int,
    currency: str,
    on: date,
    provider: str,
    reference: str,
    description: str,
    charge: bool,
) -> list[Posting]:
    """Money left the bank account: a bank charge, or something that nobody here ordered and that waits for a person."""
    account = chart.BANK_CHARGES if charge else chart.UNMATCHED
    return kept(
        Posting(
            kind="DEBIT",
            subject_id=subject_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=description,
            legs=legs((account, cents), (chart.BANK, -cents)),
            provider=provider,
            provider_reference=reference,
        )
    )


def cost(*, subject_id: UUID, account: str, cents: int, currency: str, on: date, description: str) -> list[Posting]:
    """A cost of the platform, paid from the bank."""
    return kept(
        Posting(
            kind="COST",
            subject_id=subject_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=description,
            legs=legs((account, cents), (chart.BANK, -cents)),
        )
    )


def opening_balance(*, subject_id: UUID, account: str, cents: int, currency: str, on: date) -> list[Posting]:
    """What an account held when these books began (debit positive)."""
    return kept(
        Posting(
            kind="OPENING_BALANCE",
            subject_id=subject_id,
            book_id=None,
            currency=currency,
            occurred_on=on,
            description=f"Opening balance {account}",
            legs=legs((account, cents), (chart.OPENING_BALANCES, -cents)),
        )
    )
