"""The movements of our balance at the gateway, as the host reads them."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from datetime import datetime

from providers import LedgerLine, Money, MovementKind
from sandbox_provider.gateway import Gateway, Movement


class SandboxLedger:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def lines(self, start: datetime, end: datetime, /) -> AsyncIterator[LedgerLine]:
        for moved in await to_thread(self._gateway.movements, start, end):
            yield line(moved)


def line(moved: Movement) -> LedgerLine:
    return LedgerLine(
        reference=moved.id,
        kind=MovementKind[moved.kind.upper()],
        amount=Money(moved.cents, moved.currency),
        occurred_at=moved.at,
        description=f"{moved.kind.capitalize()} {moved.subject}",
        subject_reference=moved.subject,
        subject_aliases=moved.aliases,
        payment_references=moved.payments,
        payout_reference=moved.subject if moved.kind == "payout" else None,
    )
