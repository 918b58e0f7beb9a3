"""Another plan, or another price for the same one: at once with the current period settled, or from the next period on."""

from dataclasses import dataclass
from uuid import UUID

from billing.money import CENTS_MAX, Money
from billing.mrr import Price
from billing.proration import Priced, Proration, prorated, vat_rate_of
from billing.refusals import BadInput, NotFound
from billing.subscription_changes import change_plan, plan_change_later
from billing.subscriptions import COUNTED
from procedures.books import Books, Order
from procedures.change_subscription import Changed, Decided, carry_out
from procedures.subscription_lives import Life, Lives
from storage.tenants import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """What is asked for. `cents` in the subscription's currency; None: the plan's list price, at today's rate if need be.

    `prorate`: settle the rest of the current period. `now`: from today, else from the next period on.
    """

    plan_code: str
    cents: int | None = None
    prorate: bool = True
    now: bool = True


async def change(
    subscription_id: UUID, wanted: PlanChange, *, expected_version: int | None = None, order: Order, books: Books
) -> Changed:
    """Change the plan.

    Raises: NotFound, BadInput, SubscriptionState, SubscriptionChanged, FxRateMissing.
    """
    return await carry_out(
        subscription_id,
        lambda lives, life: decide(lives, life, wanted),
        action="subscription.plan_changed" if wanted.now else "subscription.plan_change_scheduled",
        expected_version=expected_version,
        order=order,
        books=books,
    )


def decide(lives: Lives, life: Life, wanted: PlanChange) -> Decided:
    """The steps of a change of plan, and the settlement of the current period."""
    plan = _plan(lives, wanted.plan_code)
    price = lives.price(plan.id, _cents(lives, life, plan, wanted.cents), life.row.currency, on=lives.today)
    if not wanted.now:
        return Decided(steps=plan_change_later(life.standing, price, on=lives.today))
    return Decided(
        steps=change_plan(life.standing, price, on=lives.today),
        proration=_proration(lives, life, price) if wanted.prorate else Proration(),
    )


def _plan(lives: Lives, code: str) -> Plan:
    for plan in lives.plans.values():
        if plan.code == code:
            return plan
    raise NotFound("plan", key=code)


def _cents(lives: Lives, life: Life, plan: Plan, cents: int | None) -> int:
    currency = life.row.currency
    if cents is None:
        return lives.converted(plan.amount_cents, from_currency=plan.currency, to_currency=currency)
    if not 0 <= cents <= CENTS_MAX // 1_000_000:
        raise BadInput(f"{Money(cents, currency)} cannot be the price of a plan.", argument="amountCents")
    return cents


def _proration(lives: Lives, life: Life, price: Price) -> Proration:
    """Of a trial nothing was paid, so nothing is settled."""
    standing = life.standing
    if standing.status not in COUNTED:
        return Proration()
    return prorated(
        _priced(lives, life, standing.price),
        _priced(lives, life, price),
        period_start=standing.period_start,
        period_end=standing.period_end,
        anchor_day=standing.anchor,
        on=lives.today,
    )


def _priced(lives: Lives, life: Life, price: Price) -> Priced:
    plan, country = lives.plans[price.plan_id], lives.tenants[life.row.tenant_id].country
    return Priced(price=price, name=plan.name, vat_rate=vat_rate_of(plan.vat_rate, country))
