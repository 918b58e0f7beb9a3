"""The provider `sandbox`: what the host sees of the gateway."""

from asyncio import to_thread
from collections.abc import Mapping
from datetime import timedelta

from providers import NotExecuted, Offer, RefundOrder, RefundOutcome, RefundState, SettingsUnusable, hookimpl
from sandbox_provider.calls import SandboxWebhooks, outcome
from sandbox_provider.gateway import Busy, Declined, Gateway
from sandbox_provider.ledger import SandboxLedger


class SandboxRefunds:
    needs_payer_account = False
    key_ttl = timedelta(days=365)

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def settles_immediately(self) -> bool:
        return not self._gateway.settles_after

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        payment, amount = order.payment_reference or "", order.amount
        try:
            refund = await to_thread(
                self._gateway.refund, key=order.key, payment=payment, cents=amount.cents, currency=amount.currency
            )
        except Declined as declined:  # certain: no money moved, and none will
            return RefundOutcome(state=RefundState.FAILED, failure_reason=str(declined))
        except Busy:  # certain: nothing was done yet
            raise NotExecuted("The sandbox is busy.") from None
        return outcome(refund)  # whatever else was raised goes out as it is: nobody knows

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        refund = await to_thread(self._gateway.find, key=order.key)
        return outcome(refund) if refund else None


@hookimpl
def billing_provider() -> Offer:
    gateway = Gateway()
    webhooks = SandboxWebhooks(gateway)

    def configure(section: Mapping[str, str]) -> None:
        try:
            gateway.configure(
                file=section.get("file", ""),
                settles_after_seconds=int(section.get("settles_after_seconds", "0")),
                fails=section.get("fails", ""),
            )
        except ValueError as error:  # of these settings none is a secret
            raise SettingsUnusable(f"Its settings cannot be meant: {error}.") from error
        webhooks.secret = section.get("webhook_secret", "")

    return Offer(
        name="sandbox",
        display_name="Sandbox",
        version="0.1.0",
        refunds=SandboxRefunds(gateway),
        ledger=SandboxLedger(gateway),
        webhooks=webhooks,
        configure=configure,
    )
