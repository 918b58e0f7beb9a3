"""The candidate lookup held in memory: dictionaries and sorted lists under the same keys as the database's indexes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from billing.matching import CANDIDATES_MAX, InvoiceCandidate, Lookups
from billing.matching.names import name_key
from billing.ocr import digits_of, normal


class SortedInvoices:
    """Invoices in the order of a key, and the nearest on both sides of any key."""

    def __init__(self, keyed: Iterable[tuple[tuple[object, ...], InvoiceCandidate]]) -> None:
        rows = sorted(((*key, str(invoice.id)), invoice) for key, invoice in keyed)
        self.keys, self.invoices = [key for key, _ in rows], [invoice for _, invoice in rows]

    def nearest(self, *key: object) -> Iterator[InvoiceCandidate]:
        """At most `CANDIDATES_MAX`, half of them from each side, with the same first part of the key."""
        at = bisect_left(self.keys, key)
        for place in range(max(0, at - CANDIDATES_MAX // 2), min(len(self.keys), at + CANDIDATES_MAX // 2)):
            if self.keys[place][0] == key[0]:
                yield self.invoices[place]


class MemoryLookup:
    """Finds the candidates of a transfer among `invoices`, open ones only."""

    def __init__(self, invoices: Sequence[InvoiceCandidate]) -> None:
        self.by_reference: dict[str, list[InvoiceCandidate]] = defaultdict(list)
        self.by_ocr = {normal(invoice.ocr or ""): invoice for invoice in invoices}
        self.by_account: dict[str, list[InvoiceCandidate]] = defaultdict(list)
        for invoice in invoices:
            keys = (normal(invoice.ocr or ""), normal(invoice.number), normal(digits_of(invoice.number)))
            for key in dict.fromkeys(keys):
                self.by_reference[key].append(invoice)
            for account in filter(None, (invoice.customer_account, invoice.tenant_bankgiro)):
                self.by_account[account].append(invoice)
        rows = [(i, (i.currency, i.outstanding_cents), name_key(i.customer_name)) for i in invoices]
        self.by_amount = SortedInvoices(((amount, i.due_on), i) for i, amount, _ in rows)
        self.by_name = SortedInvoices(((i.currency, name, i.outstanding_cents), i) for i, _, name in rows)
        self.by_amount_and_name = SortedInvoices(((amount, name), i) for i, amount, name in rows)
        self.by_amount_and_name_backwards = SortedInvoices(((amount, name[::-1]), i) for i, amount, name in rows)

    def candidates(self, sought: Lookups) -> list[InvoiceCandidate]:
        """Every invoice found under any of the keys, each once."""
        return list({invoice.id: invoice for invoice in self._found(sought)}.values())

    def _found(self, sought: Lookups) -> Iterator[InvoiceCandidate]:
        amounts = [(sought.currency, cents) for cents in sought.amounts_cents]
        for key in sought.references:
            yield from sorted(self.by_reference.get(key, ()), key=lambda i: _unlike(i, sought))[:CANDIDATES_MAX]
        yield from (self.by_ocr[key] for key in sought.slips if key in self.by_ocr)
        for amount in amounts:
            yield from self.by_amount.nearest(amount, sought.booked_on)
            for name in sought.name_keys:
                yield from self.by_amount_and_name.nearest(amount, name)
                yield from self.by_amount_and_name_backwards.nearest(amount, name[::-1])
        for name in sought.name_keys:
            yield from self.by_name.nearest(sought.currency, name, sought.amounts_cents[0])
        for account in filter(None, (sought.account, sought.payee)):
            yield from sorted(self.by_account.get(account, ()), key=lambda i: _unlike(i, sought))[:CANDIDATES_MAX]


def _unlike(invoice: InvoiceCandidate, sought: Lookups) -> tuple[bool, int]:
    """Another currency last, the nearest amount first."""
    return invoice.currency != sought.currency, min(abs(invoice.outstanding_cents - c) for c in sought.amounts_cents)
