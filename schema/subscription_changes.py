"""What one does with subscriptions: inputs, previews, and what changes answer."""

from datetime import date
from enum import Enum
from uuid import UUID

import strawberry

from schema.inbox import REASON
from schema.invoices import Invoice, InvoiceLine
from schema.money import Money
from schema.reading.bindings import column, fetched
from schema.refunds import LedgerLine
from schema.scalars import Cents
from schema.subscription_lists import SubscriptionStatus
from schema.subscriptions import Plan, PlanHistoryEntry, Subscription

VERSION = "Where the subscription was changed since it was at this version, the answer is CONFLICT."
AMOUNT = "The price of one interval in the subscription's currency, without tax; left out: the plan's list price."


@strawberry.enum(description="Whether the rest of the current period is settled when the price changes within it.")
class Proration(Enum):
    NONE = "NONE"
    CREDIT_AND_CHARGE = "CREDIT_AND_CHARGE"


@strawberry.enum
class ChangeTiming(Enum):
    NOW = "NOW"
    PERIOD_END = "PERIOD_END"


@strawberry.enum
class CancellationReason(Enum):
    TOO_EXPENSIVE = "TOO_EXPENSIVE"
    MISSING_FEATURES = "MISSING_FEATURES"
    SWITCHED_SERVICE = "SWITCHED_SERVICE"
    UNUSED = "UNUSED"
    CUSTOMER_SERVICE = "CUSTOMER_SERVICE"
    LOW_QUALITY = "LOW_QUALITY"
    TOO_COMPLEX = "TOO_COMPLEX"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    CLOSED_DOWN = "CLOSED_DOWN"
    OTHER = "OTHER"


@strawberry.input(name="PlanChange")
class PlanChangeInput:
    plan_code: str
    amount_cents: Cents | None = strawberry.field(default=None, description=AMOUNT)
    proration: Proration = Proration.CREDIT_AND_CHARGE
    effective: ChangeTiming = ChangeTiming.NOW


@strawberry.input(one_of=True, description="What a change would do; exactly one of its fields is given.")
class SubscriptionChange:
    change_plan: PlanChangeInput | None = strawberry.UNSET
    pause_until: date | None = strawberry.UNSET
    resume: bool | None = strawberry.UNSET
    cancel: ChangeTiming | None = strawberry.UNSET
    extend_trial_days: int | None = strawberry.UNSET


@strawberry.type(description="What a change would do to a subscription, worked out by the code that carries it out.")
class SubscriptionPreview:
    subscription_id: strawberry.Private[UUID]
    plan_after_id: strawberry.Private[UUID]
    subscription: Subscription = fetched("subscription_id")
    effective_on: date = column()
    status_after: SubscriptionStatus = column(description="On `effectiveOn`, as all that follows.")
    plan_after: Plan = fetched("plan_after_id")
    amount_after: Money = column()
    mrr_delta_eur_cents: Cents = column()
    lines: list[InvoiceLine] = column(description="How the rest of the current period is settled.")
    charged_now: Money = column(description="What an invoice of the platform charges, VAT included.")
    credited: Money = column(description="What becomes the tenant's credit, VAT included.")
    current_period_end_after: date = column(description="With the days that a pause until a day adds to it.")
    ledger: list[LedgerLine] = column(description="What would be booked, in the platform's books.")


@strawberry.input
class ChangePlanInput:
    subscription_id: strawberry.ID
    plan_code: str
    amount_cents: Cents | None = strawberry.field(default=None, description=AMOUNT)
    proration: Proration = Proration.CREDIT_AND_CHARGE
    effective: ChangeTiming = ChangeTiming.NOW
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.input
class PauseSubscriptionInput:
    subscription_id: strawberry.ID
    until: date = strawberry.field(description="The day on which it goes on by itself, within a year.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.input
class ResumeSubscriptionInput:
    subscription_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.input
class CancelSubscriptionInput:
    subscription_id: strawberry.ID
    mode: ChangeTiming
    cancellation_reason: CancellationReason = CancellationReason.OTHER
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.input(description="`days` from 1 to 30 a call, and by default 30 in all over the subscription's life.")
class ExtendTrialInput:
    subscription_id: strawberry.ID
    days: int
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.input
class RevokeScheduledChangeInput:
    subscription_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class SubscriptionPayload:
    subscription_id: strawberry.Private[UUID]
    entry_id: strawberry.Private[UUID]
    invoice_id: strawberry.Private[UUID | None]
    subscription: Subscription = fetched("subscription_id")
    entry: PlanHistoryEntry = fetched("entry_id", description="What was written into its log.")
    proration_invoice: Invoice | None = fetched(
        "invoice_id", description="What charges the rest of the current period, where something is charged."
    )
