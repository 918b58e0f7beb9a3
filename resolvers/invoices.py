"""Invoices."""

from functools import partial

import strawberry

from billing.refusals import BadInput, ErrorCode, Refusal
from resolvers.authority import finance_query
from resolvers.ids import looked_up
from schema.invoice_lists import BY_NUMBER, InvoiceFilter, InvoiceOrder, invoices
from schema.invoices import Invoice, InvoiceConnection
from schema.reading import paging
from schema.reading.questions import PageOf, Question, Row, row


class NumberFitsSeveral(Refusal):
    """An invoice number is unique within its tenant and issuer type only."""

    code = ErrorCode.CONFLICT

    def __init__(self, number: str, count: int) -> None:
        self.number, self.count = number, count
        super().__init__(f"{count} invoices have the number {number}; ask for one by its id.")


@strawberry.type
class InvoiceQueries:
    @finance_query(
        description="Invoices of the platform and of all tenants.",
        answers=InvoiceConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def invoices(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: InvoiceFilter | None = None,
        order_by: InvoiceOrder | None = None,
    ) -> PageOf:
        asked, order = filter or InvoiceFilter(), order_by or InvoiceOrder()
        at = paging.page("invoices", first=first, after=after, last=last, before=before, narrowed_by=[asked, order])
        return invoices(asked, order, at)

    @finance_query(
        description="One invoice by its id or its number, or null.",
        answers=Invoice | None,
        may_fail=[ErrorCode.CONFLICT],
    )
    def invoice(self, id: strawberry.ID | None = None, number: str | None = None) -> Question:
        if (id is None) == (number is None):
            raise BadInput("Give id or number, and not both.", argument="id")
        if id is not None:
            return row(looked_up(id, "Invoice"))
        assert number is not None
        return Row(where=((BY_NUMBER, number),), ambiguous=partial(NumberFitsSeveral, number))
