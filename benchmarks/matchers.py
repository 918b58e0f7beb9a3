"""Three ways to rank open invoices for a transfer, measured side by side: ours, names by WRatio, exact OCR only."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from rapidfuzz import fuzz, process, utils

from benchmarks.memory_lookup import MemoryLookup
from benchmarks.noisy_payments import NoisyTransfer
from benchmarks.open_invoices import OpenInvoice
from billing.matching import InvoiceCandidate, TransferFacts, TransferReference, certain, lookups, suggestions
from billing.money import Money
from billing.ocr import ReferenceKind

FIVE = 5

Ranked = list[tuple[int, float]]
Matcher = Callable[[NoisyTransfer], Ranked]


class OurMatcher:
    """`billing.matching`, with its candidates looked up under its own keys."""

    def __init__(self, invoices: Sequence[OpenInvoice]) -> None:
        self.lookup = MemoryLookup([candidate(invoice) for invoice in invoices])

    def __call__(self, transfer: NoisyTransfer) -> Ranked:
        told = facts(transfer)
        found = suggestions(told, self.candidates(transfer, told))
        return [(suggestion.invoice_id.int, suggestion.score) for suggestion in found]

    def machine_match(self, transfer: NoisyTransfer) -> int | None:
        """The invoice that the machine's own rule matches, if any."""
        told = facts(transfer)
        matched = certain(told, self.candidates(transfer, told))
        return matched.id.int if matched else None

    def candidates(self, transfer: NoisyTransfer, told: TransferFacts) -> list[InvoiceCandidate]:
        earlier = dict(transfer.earlier)
        found = self.lookup.candidates(lookups(told))
        return [replace(c, earlier_assigned=earlier.get(c.tenant_id.int, 0)) for c in found] if earlier else found


class NamesByWRatio:
    """Plain `rapidfuzz.fuzz.WRatio` of the payer's name on the customers' names; ties by due date, then number."""

    def __init__(self, invoices: Sequence[OpenInvoice]) -> None:
        self.by_name: dict[str, list[OpenInvoice]] = defaultdict(list)
        for invoice in sorted(invoices, key=lambda i: (i.due_on, i.number)):
            self.by_name[utils.default_process(invoice.customer_name)].append(invoice)
        self.names = list(self.by_name)

    def __call__(self, transfer: NoisyTransfer) -> Ranked:
        name = utils.default_process(transfer.counterparty_name or "")
        best = process.extract(name, self.names, scorer=fuzz.WRatio, limit=FIVE) if name else []
        ranked = [(invoice.id, score / 100) for alike, score, _ in best for invoice in self.by_name[alike]]
        return ranked[:FIVE]


class ExactOcrOnly:
    """The invoices whose OCR is, digit by digit, a number of the transfer's references and message."""

    def __init__(self, invoices: Sequence[OpenInvoice]) -> None:
        self.by_ocr = {invoice.ocr: invoice for invoice in invoices}

    def __call__(self, transfer: NoisyTransfer) -> Ranked:
        texts = [*(reference.text for reference in transfer.references), transfer.message or ""]
        numbers = dict.fromkeys(number for text in texts for number in re.findall(r"[0-9]+", text))
        return [(self.by_ocr[number].id, 1.0) for number in numbers if number in self.by_ocr][:FIVE]


def facts(transfer: NoisyTransfer) -> TransferFacts:
    return TransferFacts(
        amount=Money(transfer.amount_cents, transfer.currency),
        booked_on=transfer.booked_on,
        references=tuple(
            TransferReference(
                text=reference.text,
                kind=ReferenceKind(reference.kind),
                amount=None if reference.part_cents is None else Money(reference.part_cents, transfer.currency),
            )
            for reference in transfer.references
        ),
        message=transfer.message,
        counterparty_name=transfer.counterparty_name,
        counterparty_account=transfer.counterparty_account,
        payee=transfer.payee,
        earlier_assigned=sum(count for _, count in transfer.earlier),
    )


def candidate(invoice: OpenInvoice) -> InvoiceCandidate:
    return InvoiceCandidate(
        id=UUID(int=invoice.id),
        number=invoice.number,
        ocr=invoice.ocr,
        currency=invoice.currency,
        outstanding_cents=invoice.outstanding_cents,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        customer_name=invoice.customer_name,
        tenant_id=UUID(int=invoice.club.id),
        tenant_name=invoice.club.name,
        customer_account=invoice.club.bankgiro if invoice.platform else None,
        tenant_bankgiro=invoice.club.payee,
    )
