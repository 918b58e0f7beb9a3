"""The candidate lookup held in memory: dictionaries and sorted lists under the same keys as the database's indexes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from billing.matching import BEARERS_MAX, NEIGHBOURS_MAX, InvoiceCandidate, Lookups
from billing.matching.names import name_key
from billing.ocr import digits_of, normal


class SortedInvoices:
    """Invoices in the order of a value, apart for each key, and those nearest to any value."""

    def __init__(self, keyed: Iterable[tuple[object, object, InvoiceCandidate]]) -> None:
        self.rows: dict[object, list[tuple[Any, UUID, InvoiceCandidate]]] = defaultdict(list)
        for key, value, invoice in keyed:
            self.rows[key].append((value, invoice.id, invoice))
        for rows in self.rows.values():
            rows.sort(key=lambda row: row[:2])

    def nearest(self, key: object, value: object, most: int = NEIGHBOURS_MAX) -> Iterator[InvoiceCandidate]:
        """At most `most`, half of them from each side of `value`."""
        rows = self.rows.get(key, [])
        at = bisect_left(rows, value, key=lambda row: row[0])
        for _, _, invoice in rows[max(0, at - most // 2) : at + most // 2]:
            yield invoice


class MemoryLookup:
    """Finds the candidates of a transfer among `invoices`, open ones only."""

    def __init__(self, invoices: Sequence[InvoiceCandidate]) -> None:
        amounts = [((i.currency, i.outstanding_cents), i) for i in invoices]
        names = [((i.currency, i.outstanding_cents), name_key(i.customer_name), i) for i in invoices]
        self.by_ocr: dict[str, list[InvoiceCandidate]] = defaultdict(list)
        for invoice in invoices:
            self.by_ocr[normal(invoice.ocr or "")].append(invoice)
        self.by_number = SortedInvoices((normal(i.number), i.outstanding_cents, i) for i in invoices)
        self.by_digits = SortedInvoices(
            (normal(digits_of(i.number)), i.outstanding_cents, i) for i in invoices if not i.number.isdigit()
        )
        self.by_amount = SortedInvoices((amount, i.due_on, i) for amount, i in amounts)
        self.by_amount_and_name = SortedInvoices(names)
        self.by_amount_and_name_backwards = SortedInvoices((amount, name[::-1], i) for amount, name, i in names)
        self.by_name = SortedInvoices((i.currency, (name, i.outstanding_cents), i) for _, name, i in names)
        accounts = [(account, i) for i in invoices for account in {i.customer_account, i.tenant_bankgiro} if account]
        self.by_account = SortedInvoices((normal(account), i.outstanding_cents, i) for account, i in accounts)

    def candidates(self, sought: Lookups) -> list[InvoiceCandidate]:
        """Every invoice of the currency found under any of the keys, each once."""
        return list(
            {invoice.id: invoice for invoice in self._found(sought) if invoice.currency == sought.currency}.values()
        )

    def _found(self, sought: Lookups) -> Iterator[InvoiceCandidate]:
        whole = sought.amounts_cents[0]
        for key in (*sought.references, *sought.slips):
            yield from self.by_ocr.get(key, ())[:BEARERS_MAX]
        for key in sought.references:
            yield from self.by_number.nearest(key, whole, BEARERS_MAX)
            yield from self.by_digits.nearest(key, whole, BEARERS_MAX)
        for amount in ((sought.currency, cents) for cents in sought.amounts_cents):
            yield from self.by_amount.nearest(amount, sought.booked_on)
            for name in sought.name_keys:
                yield from self.by_amount_and_name.nearest(amount, name)
                yield from self.by_amount_and_name_backwards.nearest(amount, name[::-1])
        for name in sought.name_keys:
            yield from self.by_name.nearest(sought.currency, (name, whole))
        if sought.account:
            yield from self.by_account.nearest(normal(sought.account), whole, BEARERS_MAX)
