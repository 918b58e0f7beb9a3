"""A gateway in memory that keeps its promise about keys, and fails as it is told to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from providers.ledger_lines import LedgerLine
from providers.offer import Offer
from providers.refunding import NotExecuted, RefundOrder, RefundOutcome, RefundState
from providers.registry import Registry, _Plugin


class Fault(Enum):
    """What happens to one call."""

    NONE = "none"
    DROPPED = "dropped before it arrives"
    REPLY_LOST = "carried out, the reply is lost"
    LATE = "carried out, the reply is too late"
    CUT = "carried out, the reply is cut"
    ERROR_500 = "an error of the server before anything was done"
    CONFLICT = "409: the key is in flight"
    THROTTLED = "429"
    DECLINED = "declined"
    DUPLICATED = "delivered twice"


CARRIED_OUT = frozenset({Fault.NONE, Fault.REPLY_LOST, Fault.LATE, Fault.CUT, Fault.DUPLICATED})


class GatewayBroke(Exception):
    """What a client library raises: nothing that anybody knows."""


@dataclass(kw_only=True)
class Gateway:
    """Money that left, by key; every call that arrived; `movements` is its own ledger."""

    settles_immediately: bool = True
    needs_payer_account: bool = False
    key_ttl: timedelta = timedelta(hours=24)
    faults: list[Fault] = field(default_factory=list)
    sent: dict[str, RefundOutcome] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    orders: list[RefundOrder] = field(default_factory=list)
    around: Callable[[str], Awaitable[None]] | None = None
    number: int = 0
    movements: list[LedgerLine] = field(default_factory=list)

    async def lines(self, start: datetime, end: datetime, /) -> AsyncIterator[LedgerLine]:
        self.calls.append(("lines", f"{start.isoformat()}/{end.isoformat()}"))
        await self._passing("before listing")
        for line in self.movements:
            if start <= line.occurred_at < end:
                yield line

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        await self._passing("before the call")
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        if fault is not Fault.DROPPED:
            self.calls.append(("refund", order.key))
            self.orders.append(order)
        outcome = self._carried_out(order, fault)
        await self._passing("after the call")
        return _answered(outcome, fault)

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        await self._passing("before the look-up")
        self.calls.append(("find", order.key))
        return self.sent.get(order.key)

    def _carried_out(self, order: RefundOrder, fault: Fault) -> RefundOutcome:
        if fault is Fault.DECLINED and order.key not in self.sent:
            return RefundOutcome(state=RefundState.FAILED, failure_reason="The card was closed.")
        if fault in CARRIED_OUT and order.key not in self.sent:
            self.number += 1
            state = RefundState.SUCCEEDED if self.settles_immediately else RefundState.PENDING
            self.sent[order.key] = RefundOutcome(state=state, provider_reference=f"re_{self.number}")
            self.amounts[order.key] = order.amount.cents
        return self.sent.get(order.key, RefundOutcome(state=RefundState.FAILED))

    async def _passing(self, where: str) -> None:
        if self.around is not None:
            await self.around(where)


def _answered(outcome: RefundOutcome, fault: Fault) -> RefundOutcome:
    match fault:
        case Fault.NONE | Fault.DECLINED | Fault.DUPLICATED:
            return outcome
        case Fault.THROTTLED:
            raise NotExecuted("Too many requests at once.")
        case Fault.LATE:
            raise TimeoutError
        case _:
            raise GatewayBroke(fault.value)


def registry_of(gateway: Gateway, *, name: str = "sandbox") -> Registry:
    """The gateway as a plugin of this name, and one that cannot send money back."""
    offers = (
        Offer(name=name, display_name="Sandbox", version="1", refunds=gateway, ledger=gateway),
        Offer(name="listing", display_name="Lists only", version="1"),
    )
    broken = _Plugin(name="unset", version="1", problem="Not set: BILLING_UNSET_KEY.")
    return Registry([*(_Plugin(name=offer.name, version="1", offer=offer) for offer in offers), broken])
