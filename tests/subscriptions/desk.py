"""A desk at which subscriptions are changed on any day, and a look at what came of it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from procedures.books import Books, Order
from procedures.cancel_subscription import cancel
from procedures.change_plan import PlanChange, change
from procedures.change_subscription import Changed
from procedures.extend_trial import extend
from procedures.pause_subscription import pause
from procedures.resume_subscription import resume
from procedures.revoke_scheduled_change import revoke
from procedures.run_subscriptions import run_subscriptions
from tests.books import TODAY, LittleBooks

Movement = tuple[str, str, str, int, int, int]


@dataclass(slots=True, kw_only=True)
class Desk:
    """Every verb takes the day on which it is asked for; the default is `TODAY`."""

    books: Books
    little: LittleBooks
    plans: dict[str, UUID] = field(default_factory=dict)

    def plan(self, code: str, cents: int, **values: Any) -> UUID:
        self.plans[code] = self.little.plan(code, cents, **{"vat_rate": 25} | values)
        return self.plans[code]

    def order(self, on: date) -> Order:
        return Order(actor="finance@example.org", reason="Phoned the club", at=datetime.combine(on, time(12), UTC))

    async def change(self, key: UUID, code: str, cents: int | None = None, *, on: date = TODAY, **how: Any) -> Changed:
        wanted = PlanChange(plan_code=code, cents=cents, **how)
        return await change(key, wanted, order=self.order(on), books=self.books)

    async def pause(self, key: UUID, until: date, *, on: date = TODAY) -> Changed:
        return await pause(key, until=until, order=self.order(on), books=self.books)

    async def resume(self, key: UUID, *, on: date = TODAY) -> Changed:
        return await resume(key, order=self.order(on), books=self.books)

    async def cancel(self, key: UUID, *, now: bool = True, why: str = "UNUSED", on: date = TODAY) -> Changed:
        return await cancel(key, now=now, why=why, order=self.order(on), books=self.books)

    async def extend(self, key: UUID, days: int, *, on: date = TODAY) -> Changed:
        return await extend(key, days, order=self.order(on), books=self.books)

    async def revoke(self, key: UUID, *, on: date = TODAY) -> Changed:
        return await revoke(key, order=self.order(on), books=self.books)

    async def work(self, on: date) -> int:
        """The worker's daily round."""
        return await run_subscriptions(at=datetime.combine(on, time(3), UTC), books=self.books)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.little.connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def log(self, key: UUID) -> list[tuple[str, str, int]]:
        """Kind, day and price of each entry."""
        return self.rows(
            "select kind, effective_on::text, amount_cents from plan_history where subscription_id = %s order by ordinal",
            key,
        )

    def movements(self, since: date = date(2026, 11, 1)) -> list[Movement]:
        """Kind, day, plan, EUR cents, and how many subscriptions and tenants came and went."""
        return self.rows(
            "select m.kind, occurred_on::text, p.code, eur_cents, subscription_delta, tenant_delta"
            " from mrr_movement m join plan p on p.id = m.plan_id where occurred_on >= %s order by m.id",
            since,
        )

    def standing(self, key: UUID) -> tuple[str, str, str, int]:
        """Status, current period and version."""
        [row] = self.rows(
            "select status, current_period_start::text, current_period_end::text, version from subscription where id = %s",
            key,
        )
        return row  # type: ignore[return-value]

    def everything(self) -> list[list[tuple[Any, ...]]]:
        """All that a change of a subscription can write."""
        return [self.rows(f"select * from {table} order by 1") for table in TABLES]


TABLES = (
    "subscription", "plan_history", "subscription_cancellation", "mrr_movement", "mrr_day", "mrr_month", "invoice",
    "invoice_line", "journal", "accounting_entry", "proration_series", "audit_event",
)  # fmt: skip
