"""The table of events, row by row: amounts in cents, legs in the order in which they are booked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from billing import journals
from billing.conversions import Held, converted
from billing.fx import Rates
from billing.journals import InvoiceRef, MovementRef, PaymentRef
from billing.ledger import Posting
from billing.vat import VatPart
from storage.accounting import KINDS

TENANT, INVOICE, PAYMENT, REFUND, TRANSFER, FACT, JOURNAL = (UUID(int=n) for n in range(1, 8))
ON, CAME_ON = date(2026, 3, 20), date(2026, 3, 2)

SALE = (VatPart(Decimal(25), 1000, 250), VatPart(Decimal(12), 500, 60))  # 1 810 in all
HALF = (VatPart(Decimal(25), 500, 125), VatPart(Decimal(12), 250, 30))  # 905

TABLE = """
event                                         | book     | debit                                           | credit
----------------------------------------------|----------|-------------------------------------------------|----------------------------------------------
a platform invoice is issued                  | platform | 1510 1810                                       | 3001 1000, 2611 250, 3002 500, 2621 60
a tenant's invoice is issued                  | tenant   | 1510 1810                                       | 3001 1000, 2611 250, 3002 500, 2621 60
an invoice at 6 and 0 % and another rate      | platform | 1510 350                                        | 3003 100, 2631 6, 3004 100, 3000 100, 2610 44
a platform invoice is void                    | platform | 3001 1000, 2611 250, 3002 500, 2621 60          | 1510 1810
a tenant's invoice is void                    | tenant   | 3001 1000, 2611 250, 3002 500, 2621 60          | 1510 1810
an invoice is uncollectible                   | platform | 6351 810                                        | 1510 810
a payment of a lost invoice is undone         | tenant   | 6351 1000                                       | 1510 1000
a bank transfer arrives                       | platform | 1930 1810                                       | 2999 1810
a deduction arrives                           | platform | 2999 300                                        | 1930 300
a transfer pays a platform invoice            | platform | 2999 1810                                       | 1510 1810
a transfer pays more than the invoice         | platform | 2999 2000                                       | 1510 1810, 2420 190
a transfer pays a tenant's invoice            | platform | 2999 1810                                       | 2899 1810
a transfer pays a tenant's invoice            | tenant   | 1689 1810                                       | 1510 1810
a transfer pays more than a tenant's invoice  | platform | 2999 2000                                       | 2899 1810, 2420 190
a transfer pays more than a tenant's invoice  | tenant   | 1689 1810                                       | 1510 1810
a transfer becomes a tenant's credit          | platform | 2999 2000                                       | 2420 2000
a card pays a platform invoice, fee 36        | platform | 1580 1810, 6040 36                              | 1580 36, 1510 1810
a card pays a platform invoice twice, no fee  | platform | 1580 1810                                       | 2420 1810
a card pays a tenant's invoice, fee 36        | platform | 1580 1810, 6040 36                              | 1580 36, 2899 1810
a card pays a tenant's invoice, fee 36        | tenant   | 1689 1810                                       | 1510 1810
a payment comes straight into the bank        | platform | 1930 1810                                       | 1510 1810
a payment comes into the bank, fee 36         | platform | 1930 1810, 6040 36                              | 1930 36, 1510 1810
credit pays a platform invoice                | platform | 2420 1810                                       | 1510 1810
credit pays a tenant's invoice                | platform | 2420 1810                                       | 2899 1810
credit pays a tenant's invoice                | tenant   | 1689 1810                                       | 1510 1810
half a platform invoice is refunded           | platform | 3001 500, 2611 125, 3002 250, 2621 30           | 1580 905
half a tenant's invoice is refunded           | platform | 2899 905                                        | 1580 905
half a tenant's invoice is refunded           | tenant   | 3001 500, 2611 125, 3002 250, 2621 30           | 1689 905
a surplus is refunded                         | platform | 2420 190                                        | 1580 190
a surplus and half the invoice go back        | platform | 2420 190, 3001 500, 2611 125, 3002 250, 2621 30 | 1930 1095
a surplus and half a tenant's invoice go back | platform | 2420 190, 2899 905                              | 1930 1095
a surplus and half a tenant's invoice go back | tenant   | 3001 500, 2611 125, 3002 250, 2621 30           | 1689 905
a credit is refunded                          | platform | 2420 2000                                       | 1930 2000
a transfer is unassigned                      | platform | 1510 1810, 2420 190                             | 2999 2000
a gateway keeps a fee                         | platform | 6040 36                                         | 1580 36
a gateway gives a fee back                    | platform | 1580 36                                         | 6040 36
a gateway pays out                            | platform | 1589 1774                                       | 1580 1774
a payout comes back to the gateway            | platform | 1580 1774                                       | 1589 1774
a payout arrives at the bank                  | platform | 1930 1774                                       | 1589 1774
a payer disputes a platform invoice           | platform | 2420 190, 3001 500, 2611 125, 3002 250, 2621 30 | 1580 1095
a payer disputes a tenant's invoice           | platform | 2899 905                                        | 1580 905
a payer disputes a tenant's invoice           | tenant   | 3001 500, 2611 125, 3002 250, 2621 30           | 1689 905
more is disputed than is left                 | platform | 2420 190, 6351 95                               | 1580 285
a transfer goes back to its payer             | platform | 2999 1810                                       | 1930 1810
the rest of a paid period becomes credit      | platform | 3001 500, 2611 125, 3002 250, 2621 30           | 2420 905
a charge settles in EUR for more              | platform | 3960 1810                                       | 1580 1810
a charge settles in EUR for more              | platform | 1580 165                                        | 3960 165
a charge settles in EUR for less              | platform | 7960 1810                                       | 1580 1810
a charge settles in EUR for less              | platform | 1580 160                                        | 7960 160
a refund settles in EUR                       | platform | 1580 905                                        | 7960 905
a refund settles in EUR                       | platform | 7960 83                                         | 1580 83
the bank charges                              | platform | 6570 150                                        | 1930 150
the bank debits what nobody here ordered      | platform | 2999 150                                        | 1930 150
a cost is paid                                | platform | 5910 700                                        | 1930 700
the books open with money in the bank         | platform | 1930 5000                                       | 2099 5000
the books open with a debt                    | platform | 2099 5000                                       | 2350 5000
"""


def invoice(issuer_type: str) -> InvoiceRef:
    return InvoiceRef(id=INVOICE, tenant_id=TENANT, issuer_type=issuer_type, number="2026-7", currency="SEK")


def payment(of: InvoiceRef | None = None, *, allocated: int = 0, credited: int = 0, by_bank: bool = True) -> PaymentRef:
    return PaymentRef(
        id=PAYMENT,
        tenant_id=TENANT,
        currency="SEK",
        allocated_cents=allocated,
        credited_cents=credited,
        occurred_on=ON,
        invoice=of,
        bank_transfer_id=TRANSFER if by_bank else None,
        provider="bankgirot" if by_bank else "sandbox",
        provider_reference="ref-1",
        rated_on=CAME_ON if by_bank else None,
    )


def refund(
    of: InvoiceRef | None, *, surplus: int = 0, parts: tuple[VatPart, ...] = (), out_of: str = "1580"
) -> list[Posting]:
    whole = payment(of, allocated=1810 if of else 0, credited=190 if of else 2000, by_bank=out_of == "1930")
    return journals.refunded(whole, refund_id=REFUND, surplus_cents=surplus, parts=parts, on=ON, out_of=out_of)


def movement(cents: int) -> MovementRef:
    return MovementRef(id=FACT, cents=cents, currency="SEK", occurred_on=ON, provider="sandbox", reference="po-1")


def disputed(
    of: InvoiceRef | None, *, surplus: int = 0, parts: tuple[VatPart, ...] = (), loss: int = 0
) -> list[Posting]:
    whole = payment(of, allocated=1810 if of else 0, credited=190, by_bank=False)
    return journals.disputed(whole, movement_id=FACT, surplus_cents=surplus, parts=parts, loss_cents=loss, on=ON)


def settled(held: int, cents: int) -> list[Posting]:
    """At 11.10 SEK an EUR when it was booked: 18.10 SEK weighed 1.63 EUR."""
    leg = Held(
        entry_id=JOURNAL,
        cents=held,
        currency="SEK",
        rated_on=CAME_ON,
        tenant_id=TENANT,
        payment_id=PAYMENT,
        refund_id=None,
    )
    return converted(leg, replace(movement(cents), currency="EUR"), Rates([("SEK", CAME_ON, Decimal("11.10"))]))


def debited(*, charge: bool) -> list[Posting]:
    return journals.debited(
        subject_id=FACT, cents=150, currency="SEK", on=ON, provider="bankgirot", reference="d-1", description="Debit",
        charge=charge,
    )  # fmt: skip


def received(cents: int) -> list[Posting]:
    return journals.received(
        transfer_id=TRANSFER, cents=cents, currency="SEK", on=ON, provider="bankgirot", reference="ref-1"
    )


PLATFORM, TENANTS = invoice("PLATFORM"), invoice("TENANT")
OTHER_RATES = (VatPart(Decimal(6), 100, 6), VatPart(Decimal(0), 100, 0), VatPart(None, 100, 44))
MATCH = journals.matched(payment(PLATFORM, allocated=1810, credited=190))

EVENTS: dict[str, list[Posting]] = {
    "a platform invoice is issued": journals.issued(PLATFORM, SALE, on=ON),
    "a tenant's invoice is issued": journals.issued(TENANTS, SALE, on=ON),
    "an invoice at 6 and 0 % and another rate": journals.issued(PLATFORM, OTHER_RATES, on=ON),
    "a platform invoice is void": journals.voided(PLATFORM, SALE, on=ON, reverses_id=JOURNAL),
    "a tenant's invoice is void": journals.voided(TENANTS, SALE, on=ON, reverses_id=JOURNAL),
    "an invoice is uncollectible": journals.written_off(PLATFORM, 810, on=ON),
    "a payment of a lost invoice is undone": journals.written_off(TENANTS, 1000, on=ON, undone_payment_id=PAYMENT),
    "a bank transfer arrives": received(1810),
    "a deduction arrives": received(-300),
    "a transfer pays a platform invoice": journals.matched(payment(PLATFORM, allocated=1810)),
    "a transfer pays more than the invoice": MATCH,
    "a transfer pays a tenant's invoice": journals.matched(payment(TENANTS, allocated=1810)),
    "a transfer pays more than a tenant's invoice": journals.matched(payment(TENANTS, allocated=1810, credited=190)),
    "a transfer becomes a tenant's credit": journals.matched(payment(credited=2000)),
    "a card pays a platform invoice, fee 36": journals.charged(
        payment(PLATFORM, allocated=1810, by_bank=False), fee_cents=36
    ),
    "a card pays a platform invoice twice, no fee": journals.charged(
        payment(PLATFORM, credited=1810, by_bank=False), fee_cents=0
    ),
    "a card pays a tenant's invoice, fee 36": journals.charged(
        payment(TENANTS, allocated=1810, by_bank=False), fee_cents=36
    ),
    "a payment comes straight into the bank": journals.charged(
        payment(PLATFORM, allocated=1810, by_bank=False), fee_cents=0, into="1930"
    ),
    "a payment comes into the bank, fee 36": journals.charged(
        payment(PLATFORM, allocated=1810, by_bank=False), fee_cents=36, into="1930"
    ),
    "credit pays a platform invoice": journals.credit_applied(payment(PLATFORM, allocated=1810)),
    "credit pays a tenant's invoice": journals.credit_applied(payment(TENANTS, allocated=1810)),
    "half a platform invoice is refunded": refund(PLATFORM, parts=HALF),
    "half a tenant's invoice is refunded": refund(TENANTS, parts=HALF),
    "a surplus is refunded": refund(PLATFORM, surplus=190),
    "a surplus and half the invoice go back": refund(PLATFORM, surplus=190, parts=HALF, out_of="1930"),
    "a surplus and half a tenant's invoice go back": refund(TENANTS, surplus=190, parts=HALF, out_of="1930"),
    "a credit is refunded": refund(None, surplus=2000, out_of="1930"),
    "a transfer is unassigned": [journals.reversal(MATCH[0], journal_id=JOURNAL, on=ON)],
    "a gateway keeps a fee": journals.fee_taken(movement(-36)),
    "a gateway gives a fee back": journals.fee_taken(movement(36)),
    "a gateway pays out": journals.paid_out(movement(-1774)),
    "a payout comes back to the gateway": journals.paid_out(movement(1774)),
    "a payout arrives at the bank": journals.payout_arrived(movement(-1774)),
    "a payer disputes a platform invoice": disputed(PLATFORM, surplus=190, parts=HALF),
    "a payer disputes a tenant's invoice": disputed(TENANTS, parts=HALF),
    "more is disputed than is left": disputed(None, surplus=190, loss=95),
    "a transfer goes back to its payer": journals.returned(
        return_id=FACT,
        transfer_id=TRANSFER,
        cents=1810,
        currency="SEK",
        on=ON,
        rated_on=CAME_ON,
        provider="bankgirot",
        reference="ref-1",
    ),
    "the rest of a paid period becomes credit": journals.rest_credited(
        history_id=FACT, tenant_id=TENANT, parts=HALF, currency="SEK", on=ON, description="Changed plan"
    ),
    "a charge settles in EUR for more": settled(1810, 165),
    "a charge settles in EUR for less": settled(1810, 160),
    "a refund settles in EUR": settled(-905, -83),
    "the bank charges": debited(charge=True),
    "the bank debits what nobody here ordered": debited(charge=False),
    "a cost is paid": journals.cost(
        subject_id=FACT, account="5910", cents=700, currency="SEK", on=ON, description="Advertising"
    ),
    "the books open with money in the bank": journals.opening_balance(
        subject_id=FACT, account="1930", cents=5000, currency="SEK", on=ON
    ),
    "the books open with a debt": journals.opening_balance(
        subject_id=FACT, account="2350", cents=-5000, currency="SEK", on=ON
    ),
}


def rows(event: str) -> list[str]:
    """The table's rows of an event, blanks made one."""
    return [" ".join(line.split()) for line in TABLE.splitlines() if line.split("|")[0].strip() == event]


def row(event: str, posting: Posting) -> str:
    book = {None: "platform", TENANT: "tenant"}[posting.book_id]
    debit = ", ".join(f"{leg.account} {leg.cents}" for leg in posting.legs if leg.cents > 0)
    credit = ", ".join(f"{leg.account} {-leg.cents}" for leg in posting.legs if leg.cents < 0)
    return f"{event} | {book} | {debit} | {credit}"


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_does_to_the_books_what_the_table_says(event: str) -> None:
    assert [row(event, posting) for posting in EVENTS[event]] == rows(event)


def test_the_table_has_every_event_and_every_kind_of_journal() -> None:
    named = {line.split("|")[0].strip() for line in TABLE.splitlines()[3:]}

    assert named == set(EVENTS)
    assert {posting.kind for postings in EVENTS.values() for posting in postings} == set(KINDS)


@pytest.mark.parametrize(
    ("event", "kind", "subject_id"),
    [
        ("a platform invoice is issued", "INVOICE", INVOICE),
        ("a platform invoice is void", "VOID", INVOICE),
        ("an invoice is uncollectible", "WRITE_OFF", INVOICE),
        ("a payment of a lost invoice is undone", "WRITE_OFF", PAYMENT),
        ("a bank transfer arrives", "RECEIPT", TRANSFER),
        ("a transfer pays a tenant's invoice", "MATCH", PAYMENT),
        ("a card pays a tenant's invoice, fee 36", "CHARGE", PAYMENT),
        ("credit pays a tenant's invoice", "CREDIT_APPLIED", PAYMENT),
        ("half a tenant's invoice is refunded", "REFUND", REFUND),
        ("a transfer is unassigned", "REVERSAL", JOURNAL),
        ("a gateway keeps a fee", "FEE", FACT),
        ("a gateway pays out", "PAYOUT", FACT),
        ("a payout arrives at the bank", "PAYOUT_ARRIVAL", FACT),
        ("a payer disputes a tenant's invoice", "DISPUTE", FACT),
        ("a transfer goes back to its payer", "RETURN", FACT),
        ("the rest of a paid period becomes credit", "PRORATION_CREDIT", FACT),
        ("the bank charges", "DEBIT", FACT),
        ("a cost is paid", "COST", FACT),
        ("the books open with a debt", "OPENING_BALANCE", FACT),
    ],
)
def test_a_journal_names_its_fact_in_every_book_it_touches(event: str, kind: str, subject_id: UUID) -> None:
    assert {(posting.kind, posting.subject_id) for posting in EVENTS[event]} == {(kind, subject_id)}


def test_money_that_settles_in_another_currency_leaves_with_the_weight_with_which_it_came() -> None:
    away, here = EVENTS["a charge settles in EUR for more"]

    assert (away.kind, away.subject_id, away.currency, away.rated_on) == ("CONVERSION_OUT", JOURNAL, "SEK", CAME_ON)
    assert (here.kind, here.subject_id, here.currency, here.rated_on) == ("CONVERSION_IN", FACT, "EUR", None)
    assert {posting.payment_id for posting in (away, here)} == {PAYMENT}


def test_both_books_know_which_tenant_invoice_payment_transfer_and_provider_it_was() -> None:
    for posting in EVENTS["a transfer pays a tenant's invoice"]:
        known = (posting.tenant_id, posting.invoice_id, posting.payment_id, posting.bank_transfer_id)
        assert known == (TENANT, INVOICE, PAYMENT, TRANSFER)
        assert (posting.provider, posting.provider_reference) == ("bankgirot", "ref-1")


def test_money_that_is_matched_weighs_what_it_weighed_when_it_came_and_a_refund_what_it_weighs_today() -> None:
    assert [posting.rated_on for posting in MATCH] == [CAME_ON]
    assert [posting.rated_on for posting in EVENTS["a credit is refunded"]] == [None]
    assert [posting.rated_on for posting in EVENTS["a transfer is unassigned"]] == [CAME_ON]


def test_a_reversal_weighs_what_the_journal_it_undoes_weighed() -> None:
    [issued] = journals.issued(PLATFORM, SALE, on=CAME_ON)

    undone = journals.reversal(issued, journal_id=JOURNAL, on=ON)

    assert (undone.occurred_on, undone.rated_on, undone.reverses_id) == (ON, CAME_ON, JOURNAL)
    assert undone.description == "Reversal: Invoice 2026-7"


@pytest.mark.parametrize(
    "nothing",
    [
        journals.issued(PLATFORM, [VatPart(Decimal(25), 0, 0)], on=ON),
        journals.written_off(PLATFORM, 0, on=ON),
        journals.charged(payment(PLATFORM, by_bank=False), fee_cents=0),
        refund(PLATFORM),
        journals.opening_balance(subject_id=FACT, account="1930", cents=0, currency="SEK", on=ON),
    ],
)
def test_an_event_of_nothing_books_nothing(nothing: Sequence[Posting]) -> None:
    assert nothing == []


def test_a_tenants_book_is_not_touched_by_a_payment_that_only_became_credit() -> None:
    [only] = journals.charged(payment(TENANTS, credited=1810, by_bank=False), fee_cents=0)

    assert only.book_id is None
