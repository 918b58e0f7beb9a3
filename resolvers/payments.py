"""Payments."""

import strawberry

from resolvers.authority import finance_query
from resolvers.context import Info
from resolvers.ids import looked_up
from resolvers.reading import row
from schema.payments import Payment


@strawberry.type
class PaymentQueries:
    @finance_query(description="One payment, or null.")
    async def payment(self, info: Info, id: strawberry.ID) -> Payment | None:
        key = looked_up(id, "Payment")
        return None if key is None else await row(info, key)
