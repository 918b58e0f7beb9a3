"""One payment for several invoices, and the rule by which a machine may match alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice
from uuid import UUID

from billing.matching.facts import Allocation, InvoiceCandidate, TransferFacts
from billing.matching.mentions import Mention, all_mentions, mentions
from billing.matching.references import Likeness, likenesses
from billing.money import Money
from billing.ocr import ReferenceKind, has_check_digit, is_rf, normal

REFERENCED_MAX = 8


def certain(transfer: TransferFacts, candidates: Iterable[InvoiceCandidate]) -> InvoiceCandidate | None:
    """The invoice that a machine may match this transfer with, where nothing is fuzzy.

    One reference, an OCR with a right check digit or a creditor reference; among the open invoices exactly one bears it;
    the same currency; the amount is what is outstanding. `candidates` holds every open invoice that bears the reference.
    """
    key = certain_key(transfer)
    bearers = [c for c in candidates if key and c.outstanding_cents > 0 and normal(c.ocr or "") in _meanings(key)]
    if len(bearers) != 1 or bearers[0].outstanding != transfer.amount:
        return None
    return bearers[0]


def certain_key(transfer: TransferFacts) -> str | None:
    """The normal form of the only reference of a transfer, where its check digits are right; None for any other.

    A text reference that says no more than the checked one does not stand in its way. A part of the payment does: the rest of
    it is for something else.
    """
    checked = {(normal(r.text), r.kind) for r in transfer.references if r.kind is not ReferenceKind.TEXT}
    typed = [r.text for r in transfer.references if r.kind is ReferenceKind.TEXT]
    is_in_parts = any(r.amount is not None and r.amount != transfer.amount for r in transfer.references)
    if len(checked) != 1 or is_in_parts or transfer.amount.cents <= 0:
        return None
    [(key, kind)] = checked
    is_right = is_rf(key) if kind is ReferenceKind.RF else has_check_digit(key)
    return key if is_right and all(_says_only(key, text) for text in typed) else None


def _says_only(key: str, text: str) -> bool:
    """Whether a text mentions nothing but this reference, or pieces of it."""
    mentioned = {mention.key for mention in mentions(text)}
    return key in mentioned and all(one in key for one in mentioned)


def _meanings(key: str) -> set[str]:
    """A creditor reference may be the invoice's reference itself, or wrap its OCR number."""
    return {key, key[4:]} if is_rf(key) else {key}


def allocations(transfer: TransferFacts, candidates: Sequence[InvoiceCandidate]) -> list[Allocation]:
    """How a transfer with several references pays several invoices to the last cent; empty where that is not clear.

    By the part amounts the payer gave, where each is for an invoice that can take it; else by what is outstanding on
    the invoices referred to, where that adds up to the payment.
    """
    payable = [c for c in candidates if c.currency == transfer.amount.currency and c.outstanding_cents > 0]
    alike = likenesses(all_mentions(transfer), payable)
    if any(mention.amount is not None for _, mention in _referred(payable, alike)):
        parts = _given_parts(payable, alike)
    else:
        groups = list(_adding_up(transfer.amount, payable, alike))
        parts = {c.id: c.outstanding for c in groups[0]} if len(groups) == 1 else {}
    is_all = sum(part.cents for part in parts.values()) == transfer.amount.cents
    if not is_all or len(parts) == 1:
        return []
    return [Allocation(invoice_id=invoice_id, amount=part) for invoice_id, part in parts.items()]


def paid_together(
    transfer: TransferFacts, payable: Sequence[InvoiceCandidate], alike: Sequence[Sequence[Likeness]]
) -> dict[UUID, str]:
    """What to say of each invoice that makes up the payment together with others that the transfer refers to."""
    told: dict[UUID, str] = {}
    for group in _adding_up(transfer.amount, payable, alike):
        for candidate in group:
            others = " and ".join(other.number for other in group if other is not candidate)
            told.setdefault(candidate.id, f"together with {others} that makes exactly {transfer.amount}")
    return told


def _given_parts(payable: Sequence[InvoiceCandidate], alike: Sequence[Sequence[Likeness]]) -> dict[UUID, Money]:
    """The part amount given for each invoice, where each part is for exactly one invoice that can take all of it."""
    parts: dict[str, list[tuple[InvoiceCandidate, Money]]] = defaultdict(list)
    for candidate, mention in _referred(payable, alike):
        if mention.amount is not None:
            parts[mention.key].append((candidate, mention.amount))
    flat = [pair for pairs in parts.values() for pair in pairs]
    can_take = all(0 < part.cents <= candidate.outstanding_cents for candidate, part in flat)
    is_clear = len({candidate.id for candidate, _ in flat}) == len(flat) == len(parts)
    return {candidate.id: part for candidate, part in flat} if can_take and is_clear else {}


def _adding_up(
    amount: Money, payable: Sequence[InvoiceCandidate], alike: Sequence[Sequence[Likeness]]
) -> Iterator[tuple[InvoiceCandidate, ...]]:
    """For each tenant the most of its invoices referred to, one a reference, whose outstanding amounts add up."""
    by_tenant: dict[UUID, dict[str, InvoiceCandidate]] = defaultdict(dict)
    for candidate, mention in _referred(payable, alike):
        by_tenant[candidate.tenant_id].setdefault(mention.key, candidate)
    for referred in by_tenant.values():
        invoices = list({candidate.id: candidate for candidate in referred.values()}.values())[:REFERENCED_MAX]
        sizes = range(len(invoices), 1, -1)
        groups = (group for size in sizes for group in combinations(invoices, size))
        fitting = (group for group in groups if sum(c.outstanding_cents for c in group) == amount.cents)
        yield from islice(fitting, 1)


def _referred(
    payable: Sequence[InvoiceCandidate], alike: Sequence[Sequence[Likeness]]
) -> Iterator[tuple[InvoiceCandidate, Mention]]:
    """Each invoice with the mention that is exactly its reference, those due first first."""
    exact = [
        (invoice, like.mention)
        for invoice, several in zip(payable, alike, strict=True)
        for like in several[:1]
        if like.is_exact
    ]
    yield from sorted(exact, key=lambda pair: (pair[0].due_on, pair[0].number, pair[0].id))
