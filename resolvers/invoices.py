"""Invoices."""

import strawberry

from billing.refusals import BadInput, ErrorCode, Refusal
from resolvers.authority import finance_query
from resolvers.context import Info
from resolvers.ids import looked_up
from resolvers.reading import row, rows_by_text
from schema.invoices import Invoice


class NumberFitsSeveral(Refusal):
    """An invoice number is unique within its tenant and issuer type only."""

    code = ErrorCode.CONFLICT

    def __init__(self, *, number: str, count: int) -> None:
        self.number, self.count = number, count
        super().__init__(f"{count} invoices have the number {number}; ask for one by its id.")


@strawberry.type
class InvoiceQueries:
    @finance_query(description="One invoice by its id or its number, or null.", may_fail=[ErrorCode.CONFLICT])
    async def invoice(self, info: Info, id: strawberry.ID | None = None, number: str | None = None) -> Invoice | None:
        if (id is None) == (number is None):
            raise BadInput("Give id or number, and not both.", argument="id")
        if id is not None:
            key = looked_up(id, "Invoice")
            return None if key is None else await row(info, key)
        assert number is not None
        found = await rows_by_text(info, "number", number)
        if len(found) > 1:
            raise NumberFitsSeveral(number=number, count=len(found))
        return found[0] if found else None
