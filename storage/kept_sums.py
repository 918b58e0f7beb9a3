"""Where the sums are that reports read, and how a window or a day is put together from them: whole months, less the days of
them that lie outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

AMOUNTS: Final = "gross_cents, vat_cents, refunded_cents, fee_cents, platform_fee_cents"
LESS_AMOUNTS: Final = ", ".join(f"-{name}" for name in AMOUNTS.split(", "))

# A window is the months that it touches, less the days of them that lie outside.
WINDOW: Final = f"""
    (select {{keys}}, {AMOUNTS} from {{months}} where month >= :first_month and month <= :last_month and {{narrowed}}
      union all
     select {{keys}}, {LESS_AMOUNTS} from {{days}}
      where (day >= :first_month and day < :first or day > :last and day < :after_last_month) and {{narrowed}})"""  # noqa: S608 - ours
# What holds on a day: what there is now, less what moved after it.
AS_OF: Final = """
    (select {keys}, eur_cents, subscriptions, tenants from {now} where {narrowed}
      union all
     select {keys}, -eur_cents, -subscriptions, -tenants from {months} where month >= :next_month and {narrowed}
      union all
     select {keys}, -eur_cents, -subscriptions, -tenants from {days}
      where occurred_on > :day and occurred_on < :next_month and {narrowed})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the figures are narrowed to; None: not by this."""

    plan_ids: Sequence[UUID] | None = None
    countries: Sequence[str] | None = None
    tenant_ids: Sequence[UUID] | None = None

    @property
    def is_whole(self) -> bool:
        return self.plan_ids is None and self.countries is None and self.tenant_ids is None

    @property
    def is_by_tenant(self) -> bool:
        return self.tenant_ids is not None

    def condition(
        self, *, country: str = "tenant_id in (select id from tenant where country = any(:countries))"
    ) -> str:
        """A condition on rows with a plan and a tenant; `country`: what narrows to countries where rows have them."""
        conditions = [
            "plan_id = any(:plan_ids)" if self.plan_ids is not None else "",
            "tenant_id = any(:tenant_ids)" if self.tenant_ids is not None else "",
            country if self.countries is not None else "",
        ]
        return " and ".join(filter(None, conditions)) or "true"

    def values(self) -> dict[str, object]:
        named = {"plan_ids": self.plan_ids, "tenant_ids": self.tenant_ids, "countries": self.countries}
        return {name: list(value) for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where sums are kept that bear `keys`: of flows and movements by months and days, and of all movements there ever were."""

    keys: str
    flow_months: str
    flow_days: str
    moved_months: str
    moved_days: str
    moved: str

    @property
    def has_countries(self) -> bool:
        return "country" in self.keys

    def condition(self, scope: Scope) -> str:
        return scope.condition(country="country = any(:countries)") if self.has_countries else scope.condition()

    def window(self, scope: Scope) -> str:
        """The flows of a window, as rows."""
        return WINDOW.format(
            keys=self.keys, months=self.flow_months, days=self.flow_days, narrowed=self.condition(scope)
        )

    def as_of(self, scope: Scope) -> str:
        """What there is on a day, as rows."""
        return AS_OF.format(
            keys=self.keys,
            now=self.moved,
            months=self.moved_months,
            days=self.moved_days,
            narrowed=self.condition(scope),
        )


def _with_country(table: str) -> str:
    return f"{table} left join tenant on tenant.id = {table}.tenant_id"


BY_TENANT: Final = Kept(
    keys="tenant_id", flow_months="revenue_month", flow_days="revenue_day",
    moved_months="mrr_tenant_month", moved_days="mrr_day", moved="mrr_tenant",
)  # fmt: skip
BY_COUNTRY: Final = Kept(
    keys="plan_id, country", flow_months="revenue_country_month", flow_days=_with_country("revenue_day"),
    moved_months="mrr_month", moved_days=_with_country("mrr_day"), moved="mrr_country",
)  # fmt: skip
BY_COUNTRY_OF_TENANTS: Final = Kept(
    keys="plan_id, country", flow_months=_with_country("revenue_month"), flow_days=_with_country("revenue_day"),
    moved_months=_with_country("mrr_tenant_month"), moved_days=_with_country("mrr_day"), moved=_with_country("mrr_tenant"),
)  # fmt: skip


def kept_by_country(scope: Scope) -> Kept:
    """Where the sums are that have plans and countries, and tenants where it takes some to narrow them."""
    return BY_COUNTRY_OF_TENANTS if scope.is_by_tenant else BY_COUNTRY
