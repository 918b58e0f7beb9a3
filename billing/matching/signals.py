"""Each signal judged by itself: what was compared, how well it agrees, and how much that weighs.

A signal that cannot be judged is None, not zero. The words are put together only for those that are shown.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from billing.matching.facts import InvoiceCandidate, Signal, SignalKind, TransferFacts
from billing.matching.mentions import Mention
from billing.matching.names import is_named_in, likeness
from billing.matching.references import Likeness
from billing.money import Money, exponent
from billing.ocr import normal

OCR = SignalKind.OCR, 0.40
AMOUNT = SignalKind.AMOUNT, 0.25
COUNTERPARTY = SignalKind.COUNTERPARTY, 0.15
DUE_WINDOW = SignalKind.DUE_WINDOW, 0.10
TENANT = SignalKind.TENANT, 0.05
HISTORY = SignalKind.HISTORY, 0.05
FEE_UNITS_MAX, FEE_UNITS_MAX_ELSEWHERE = {"SEK": 100, "NOK": 100, "DKK": 75}, 15
FEE_SHARE_MAX, SMALL_SHARE_MAX = 0.25, 0.02
EARLY_DAYS_MAX, LATE_DAYS, VERY_LATE_DAYS = 30, 30, 180
NAME_ALIKE, NAME_LIKE = 0.85, 0.5


class Reading(NamedTuple):
    """What is read once from a transfer.

    `given`: the references it gives, told; `words`: those that may be names; `booked_on`: the ordinal of the day.
    """

    transfer: TransferFacts
    mentions: Sequence[Mention]
    given: str
    words: tuple[str, ...]
    booked_on: int


class Judged(NamedTuple):
    """A signal whose evidence has not been written yet."""

    kind: SignalKind
    weight: float
    score: float
    tell: Callable[[], str]

    def signal(self) -> Signal:
        return Signal(kind=self.kind, score=round(self.score, 2), weight=self.weight, evidence=f"{self.tell()}.")


def judge_reference(reading: Reading, candidate: InvoiceCandidate, alike: Sequence[Likeness]) -> Judged | None:
    """The best likeness of a reference; where references were given and none is alike, that speaks against the invoice."""
    if alike:
        return Judged(*OCR, alike[0].score, lambda: str(alike[0]))
    return Judged(*OCR, 0.0, lambda: _unlike(reading.given, candidate)) if reading.given else None


def _unlike(given: str, candidate: InvoiceCandidate) -> str:
    return f"{given} is not like {f'OCR {candidate.ocr}' if candidate.ocr else f'number {candidate.number}'}"


def judge_amount(reading: Reading, candidate: InvoiceCandidate, alike: Sequence[Likeness], together: str) -> Judged:
    """How the payment, or the part of it that is said to be for this invoice, agrees with what is outstanding.

    `together` says which invoices make up the payment with this one; empty where none do.
    """
    outstanding = candidate.outstanding_cents
    if together:
        return Judged(*AMOUNT, 1.0, lambda: f"{candidate.outstanding} is outstanding, and {together}")
    part = (
        next((like.mention.amount for like in alike if like.is_exact and like.mention.amount), None) if alike else None
    )
    paid, what = part or reading.transfer.amount, "The part " if part else ""
    if paid.cents == outstanding:
        return Judged(*AMOUNT, 1.0, lambda: f"{what}{paid} is exactly what is outstanding")
    score = _amount_score(paid.cents, outstanding, paid.currency)
    return Judged(*AMOUNT, score, lambda: f"{what}{paid} is {_difference(paid, candidate.outstanding)} outstanding")


def _difference(paid: Money, outstanding: Money) -> str:
    difference = Money(abs(paid.cents - outstanding.cents), paid.currency)
    return f"{difference} {'less' if paid < outstanding else 'more'} than the {outstanding}"


def _amount_score(paid: int, outstanding: int, currency: str) -> float:
    """A rounding says little against, a bank's or reminder's fee not much, any other sum a lot."""
    difference, unit = abs(paid - outstanding), 10 ** exponent(currency)
    share = difference / outstanding
    if difference < unit and share <= SMALL_SHARE_MAX:
        return 0.95
    fee_max = FEE_UNITS_MAX.get(currency, FEE_UNITS_MAX_ELSEWHERE) * unit
    if share <= SMALL_SHARE_MAX or (share <= FEE_SHARE_MAX and difference <= fee_max):
        return 0.7
    if share <= FEE_SHARE_MAX:
        return 0.4
    return 0.2 if paid < outstanding else 0.1


def judge_due_window(reading: Reading, candidate: InvoiceCandidate) -> Judged:
    """Whether the day of payment fits: from issue to a month after the due date it does, later ever less."""
    early = candidate.issued_on.toordinal() - reading.booked_on
    if early > 0:
        score = 0.5 if early <= EARLY_DAYS_MAX else 0.0
        return Judged(*DUE_WINDOW, score, lambda: f"Paid {_days(early)} before the invoice was issued")
    late = reading.booked_on - candidate.due_on.toordinal()
    score = 1.0 if late <= LATE_DAYS else max(0.3, 1 - 0.7 * (late - LATE_DAYS) / (VERY_LATE_DAYS - LATE_DAYS))
    return Judged(*DUE_WINDOW, score, lambda: f"Paid {_when(late)} the due date {candidate.due_on}")


def _when(late: int) -> str:
    return f"{_days(abs(late))} {'before' if late < 0 else 'after'}" if late else "on"


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"


def judge_counterparty(reading: Reading, candidate: InvoiceCandidate) -> Judged | None:
    """Whether the payer is the invoice's customer, by account or by name, or names the customer in the text."""
    payer, account = reading.transfer.counterparty_name, reading.transfer.counterparty_account
    customer = candidate.customer_name
    if _is_same_account(account, candidate.customer_account):
        return Judged(*COUNTERPARTY, 1.0, lambda: f"Paid from {account}, the customer's account")
    if is_named_in(customer, reading.words):
        return Judged(*COUNTERPARTY, 1.0, lambda: f"The text names the customer {customer}")
    if not payer:
        return None
    score = likeness(payer, customer)
    verb = "is" if score == 1 else "is like" if score >= NAME_LIKE else "is not like"
    return Judged(*COUNTERPARTY, score, lambda: f"The payer {payer} {verb} the customer {customer}")


def judge_tenant(reading: Reading, candidate: InvoiceCandidate) -> Judged | None:
    """What ties the transfer to the tenant beside the customer; that it names no tenant says nothing."""
    transfer, tenant = reading.transfer, candidate.tenant_name
    if _is_same_account(transfer.payee, candidate.tenant_bankgiro):
        return Judged(*TENANT, 1.0, lambda: f"Paid to {transfer.payee}, the bankgiro of {tenant}")
    if _is_same_account(transfer.counterparty_account, candidate.tenant_bankgiro):
        return Judged(*TENANT, 1.0, lambda: f"Paid from {transfer.counterparty_account}, that of {tenant}")
    if is_named_in(tenant, reading.words):
        return Judged(*TENANT, 1.0, lambda: f"The text names {tenant}")
    payer = transfer.counterparty_name
    if payer and likeness(payer, tenant) >= NAME_ALIKE:
        return Judged(*TENANT, 1.0, lambda: f"The payer {payer} is {tenant}")
    return None


def judge_history(reading: Reading, candidate: InvoiceCandidate) -> Judged | None:
    """How many of this payer's earlier transfers went to the tenant. Clubs share payers: evidence, never a filter."""
    before, went = reading.transfer.earlier_assigned, candidate.earlier_assigned
    if not before:
        return None
    told = f"{went} of {before} earlier transfers of this payer went to {candidate.tenant_name}"
    return Judged(*HISTORY, min(1.0, went / before), lambda: told)


def _is_same_account(one: str | None, other: str | None) -> bool:
    """Banks' files write "BG 991-2346", people leave the BG off."""
    return bool(one and other) and _bare(one or "") == _bare(other or "")


def _bare(account: str) -> str:
    return normal(account.removeprefix("BG ").removeprefix("PG "))
