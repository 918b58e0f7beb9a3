"""Payments."""

import strawberry

from resolvers.authority import finance_query
from resolvers.ids import looked_up
from schema.payments import Payment
from schema.reading.questions import Question, row


@strawberry.type
class PaymentQueries:
    @finance_query(description="One payment, or null.", answers=Payment | None)
    def payment(self, id: strawberry.ID) -> Question:
        return row(looked_up(id, "Payment"))
