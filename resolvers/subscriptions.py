"""Subscriptions and plans."""

import strawberry

from billing.refusals import ErrorCode
from resolvers.authority import finance_query
from resolvers.ids import looked_up
from schema.reading import paging
from schema.reading.questions import PageOf, Question, row
from schema.subscription_lists import SubscriptionFilter, subscriptions
from schema.subscriptions import PLANS, Plan, Subscription, SubscriptionConnection


@strawberry.type
class SubscriptionQueries:
    @finance_query(description="The price list, by tier.", answers=list[Plan])
    def plans(self) -> Question:
        return PLANS

    @finance_query(
        description="Subscriptions across all tenants, the latest started first.",
        answers=SubscriptionConnection,
        may_fail=[ErrorCode.NOT_FOUND],
    )
    def subscriptions(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: SubscriptionFilter | None = None,
    ) -> PageOf:
        asked = filter or SubscriptionFilter()
        at = paging.page("subscriptions", first=first, after=after, last=last, before=before, narrowed_by=asked)
        return subscriptions(asked, at)

    @finance_query(description="One subscription, or null.", answers=Subscription | None)
    def subscription(self, id: strawberry.ID) -> Question:
        return row(looked_up(id, "Subscription"))
