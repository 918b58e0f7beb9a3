"""Suggestions: the open invoices a transfer may pay, best first, with the reasons in words."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from billing.matching import signals
from billing.matching.allocating import paid_together
from billing.matching.facts import InvoiceCandidate, Suggestion, TransferFacts
from billing.matching.mentions import all_mentions
from billing.matching.references import Likeness, likenesses
from billing.matching.signals import Judged, Reading
from billing.matching.wording import name_words

SUGGESTIONS_MAX = 5
SCORE_MIN = 0.2
REACH_UNJUDGED = 0.25
TOLD_MAX = 3
WORDS_MAX = 40


def suggestions(
    transfer: TransferFacts, candidates: Sequence[InvoiceCandidate], limit: int = SUGGESTIONS_MAX
) -> list[Suggestion]:
    """At most `limit` of the open invoices, best first; ties go to the earlier due date, then the number.

    Invoices in another currency, or with nothing outstanding, are no candidates; a deduction (negative) pays nothing.
    """
    payable = [c for c in candidates if c.currency == transfer.amount.currency and c.outstanding_cents > 0]
    if transfer.amount.cents <= 0 or not payable:
        return []
    reading = read(transfer)
    alike = likenesses(reading.mentions, payable)
    together = paid_together(transfer, payable, alike)
    judged = [_judged(reading, *pair, together) for pair in zip(payable, alike, strict=True)]
    scored = [(round(_score(found), 6), invoice, found) for invoice, found in zip(payable, judged, strict=True)]
    scored.sort(key=lambda row: (-row[0], row[1].due_on, row[1].number, row[1].id))
    return [_suggestion(invoice, score, found) for score, invoice, found in scored[:limit] if score >= SCORE_MIN]


def read(transfer: TransferFacts) -> Reading:
    """Read once what every candidate is compared with."""
    texts = [reference.text for reference in transfer.references] + [transfer.message or ""]
    mentions = all_mentions(transfer)
    return Reading(
        transfer=transfer,
        mentions=mentions,
        given=" and ".join([mention.text for mention in mentions if mention.is_given][:TOLD_MAX]),
        words=tuple(word for text in dict.fromkeys(texts) for word in name_words(text))[:WORDS_MAX],
        booked_on=transfer.booked_on.toordinal(),
    )


def _judged(
    reading: Reading, invoice: InvoiceCandidate, alike: Sequence[Likeness], together: Mapping[UUID, str]
) -> list[Judged]:
    """The signals that can be judged, the heaviest first."""
    judged = (
        signals.judge_reference(reading, invoice, alike),
        signals.judge_amount(reading, invoice, alike, together.get(invoice.id, "") if together else ""),
        signals.judge_counterparty(reading, invoice),
        signals.judge_due_window(reading, invoice),
        signals.judge_tenant(reading, invoice),
        signals.judge_history(reading, invoice),
    )
    return [signal for signal in judged if signal is not None]


def _score(judged: Sequence[Judged]) -> float:
    """The weighted mean of what was judged, times how far that much evidence can reach.

    Amount and due date reach 0.6, everything but a reference 0.85; a reference with amount and due date reaches 1.
    """
    weight = agreeing = 0.0
    for signal in judged:
        weight += signal.weight
        agreeing += signal.weight * signal.score
    return agreeing / weight * min(1.0, REACH_UNJUDGED + weight)


def _suggestion(invoice: InvoiceCandidate, score: float, judged: Sequence[Judged]) -> Suggestion:
    return Suggestion(invoice_id=invoice.id, score=round(score, 2), signals=tuple(signal.signal() for signal in judged))
