"""Changing subscriptions, and what a change would do."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, Protocol, Self, TypedDict
from uuid import UUID

import strawberry

from billing.refusals import BadInput, ErrorCode
from procedures import cancel_subscription, change_plan, extend_trial, pause_subscription, resume_subscription
from procedures.books import Books, Order
from procedures.cancel_subscription import cancel
from procedures.change_plan import PlanChange, change
from procedures.change_subscription import Changed, Decide
from procedures.extend_trial import extend
from procedures.pause_subscription import pause
from procedures.preview_subscription import SubscriptionPreviewed, preview
from procedures.resume_subscription import resume
from procedures.revoke_scheduled_change import revoke
from resolvers.authority import finance_mutation, finance_query
from resolvers.context import Context, Info
from schema.ids import from_global
from schema.money import Amount
from schema.subscription_changes import (
    CancelSubscriptionInput,
    ChangePlanInput,
    ChangeTiming,
    ExtendTrialInput,
    PauseSubscriptionInput,
    PlanChangeInput,
    Proration,
    ResumeSubscriptionInput,
    RevokeScheduledChangeInput,
    SubscriptionChange,
    SubscriptionPayload,
    SubscriptionPreview,
)

REFUSED: Final = [ErrorCode.NOT_FOUND, ErrorCode.SUBSCRIPTION_STATE]
CHANGES: Final = [*REFUSED, ErrorCode.CONFLICT]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInvoiceLine:
    """A line of a settlement, as it is read."""

    description: str
    net: Amount
    vat_rate: float
    vat: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLeg:
    """A leg that would be booked, as it is read."""

    account: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """The preview, as it is read."""

    subscription_id: UUID
    plan_after_id: UUID
    effective_on: date
    status_after: str
    amount_after: Amount
    mrr_delta_eur_cents: int
    lines: list[ShownInvoiceLine]
    charged_now: Amount
    credited: Amount
    current_period_end_after: date
    ledger: list[ShownLeg]

    @classmethod
    def of(cls, previewed: SubscriptionPreviewed) -> Self:
        after, currency = previewed.after, previewed.currency

        def amount(cents: int) -> Amount:
            return Amount(amount_cents=cents, currency=currency)

        return cls(
            subscription_id=previewed.subscription_id,
            plan_after_id=after.price.plan_id,
            effective_on=previewed.effective_on,
            status_after=after.status,
            amount_after=amount(after.price.cents),
            mrr_delta_eur_cents=previewed.mrr_delta_eur_cents,
            lines=[
                ShownInvoiceLine(
                    description=line.description,
                    net=amount(line.net_cents),
                    vat_rate=float(line.vat_rate),
                    vat=amount(line.vat_cents),
                )
                for line in previewed.lines
            ],
            charged_now=amount(previewed.charged_cents),
            credited=amount(previewed.credited_cents),
            current_period_end_after=after.period_end_after_pause,
            ledger=[ShownLeg(account=leg.account, amount=amount(leg.cents)) for leg in previewed.ledger],
        )


@strawberry.type
class SubscriptionPreviewQueries:
    @finance_query(
        answers=SubscriptionPreview,
        description="What a change would do to a subscription, without doing it.",
        may_fail=[*REFUSED, ErrorCode.TRIAL_EXTENSION_LIMIT, ErrorCode.FX_RATE_MISSING],
    )
    async def subscription_preview(
        self, info: Info, subscription_id: strawberry.ID, change: SubscriptionChange
    ) -> ShownChange:
        context = info.context
        assert context.caller is not None
        previewed = await preview(
            from_global(subscription_id, "Subscription", argument="subscriptionId"),
            _decide(change, context),
            order=Order(actor=context.caller.actor, reason="Preview", at=context.now),
            books=context.books,
        )
        return ShownChange.of(previewed)


@strawberry.type
class SubscriptionMutations:
    @finance_mutation(
        answers=SubscriptionPayload,
        description="Change a subscription's plan or price, at once or from the next period on.",
        may_fail=[*CHANGES, ErrorCode.FX_RATE_MISSING],
    )
    async def change_plan(self, info: Info, input: ChangePlanInput) -> Changed:
        return await change(
            wanted=_plan_change(input),
            **_asked(info, input),
        )

    @finance_mutation(
        answers=SubscriptionPayload,
        description="Pause a subscription until a day; what is left of its period is used afterwards.",
        may_fail=CHANGES,
    )
    async def pause_subscription(self, info: Info, input: PauseSubscriptionInput) -> Changed:
        return await pause(
            until=input.until,
            **_asked(info, input),
        )

    @finance_mutation(
        answers=SubscriptionPayload, description="Let a paused subscription go on today.", may_fail=CHANGES
    )
    async def resume_subscription(self, info: Info, input: ResumeSubscriptionInput) -> Changed:
        return await resume(
            **_asked(info, input),
        )

    @finance_mutation(
        answers=SubscriptionPayload,
        description="End a subscription, today or with its current period; its impact on revenue is locked as of today.",
        may_fail=CHANGES,
    )
    async def cancel_subscription(self, info: Info, input: CancelSubscriptionInput) -> Changed:
        return await cancel(
            now=input.mode is ChangeTiming.NOW,
            why=input.cancellation_reason.name,
            **_asked(info, input),
        )

    @finance_mutation(
        answers=SubscriptionPayload,
        description="Let a trial last some days longer.",
        may_fail=[*CHANGES, ErrorCode.TRIAL_EXTENSION_LIMIT],
    )
    async def extend_trial(self, info: Info, input: ExtendTrialInput) -> Changed:
        return await extend(
            days=input.days,
            days_max=info.context.trial_extension_days_max,
            **_asked(info, input),
        )

    @finance_mutation(
        answers=SubscriptionPayload,
        description="Let the planned change of plan or cancellation not happen.",
        may_fail=CHANGES,
    )
    async def revoke_scheduled_change(self, info: Info, input: RevokeScheduledChangeInput) -> Changed:
        return await revoke(
            **_asked(info, input),
        )


class _Change(Protocol):
    """What the input of every change has."""

    subscription_id: strawberry.ID
    expected_version: int | None


class _Asked(TypedDict):
    """What every change of a subscription is asked with."""

    subscription_id: UUID
    expected_version: int | None
    order: Order
    books: Books


def _asked(info: Info, input: _Change) -> _Asked:
    return _Asked(
        subscription_id=from_global(input.subscription_id, "Subscription", argument="subscriptionId"),
        expected_version=input.expected_version,
        order=info.context.order(),
        books=info.context.books,
    )


def _plan_change(asked: ChangePlanInput | PlanChangeInput) -> PlanChange:
    return PlanChange(
        plan_code=asked.plan_code,
        cents=asked.amount_cents,
        prorate=asked.proration is Proration.CREDIT_AND_CHARGE,
        now=asked.effective is ChangeTiming.NOW,
    )


def _decide(asked: SubscriptionChange, context: Context) -> Decide:
    """The decision that a change asks for."""
    if asked.change_plan:
        return partial(change_plan.decide, wanted=_plan_change(asked.change_plan))
    if asked.pause_until:
        return partial(pause_subscription.decide, until=asked.pause_until)
    if asked.cancel:
        return partial(cancel_subscription.decide, now=asked.cancel is ChangeTiming.NOW)
    if asked.extend_trial_days is not strawberry.UNSET and asked.extend_trial_days is not None:
        return partial(extend_trial.decide, days=asked.extend_trial_days, days_max=context.trial_extension_days_max)
    if asked.resume:
        return resume_subscription.decide
    raise BadInput("To preview a resumption, give resume: true.", argument="change.resume")
