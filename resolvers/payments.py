"""Payments."""

import strawberry

from billing.refusals import ErrorCode
from resolvers.authority import finance_query
from resolvers.ids import looked_up
from schema.payment_lists import PaymentFilter, PaymentOrder, payments
from schema.payments import Payment, PaymentConnection
from schema.reading import paging
from schema.reading.questions import PageOf, Question, row


@strawberry.type
class PaymentQueries:
    @finance_query(
        description="Payments across all tenants.", answers=PaymentConnection, may_fail=[ErrorCode.NOT_FOUND]
    )
    def payments(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: PaymentFilter | None = None,
        order_by: PaymentOrder | None = None,
    ) -> PageOf:
        asked, order = filter or PaymentFilter(), order_by or PaymentOrder()
        at = paging.page("payments", first=first, after=after, last=last, before=before, narrowed_by=[asked, order])
        return payments(asked, order, at)

    @finance_query(description="One payment, or null.", answers=Payment | None)
    def payment(self, id: strawberry.ID) -> Question:
        return row(looked_up(id, "Payment"))
