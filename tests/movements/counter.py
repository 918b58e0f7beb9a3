"""The sandbox as a provider of the host, with payments of a test's own books: where money moves at both."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sandbox_provider.calls import SandboxWebhooks
from sandbox_provider.gateway import Gateway
from sandbox_provider.ledger import SandboxLedger
from sandbox_provider.plugin import SandboxRefunds

from procedures.books import Order
from procedures.sync_movements import Synced, Window, sync
from providers.ledger_lines import LedgerLine
from providers.offer import Offer
from providers.registry import Registry, _Plugin
from tests.books import NOW
from tests.refunds.desk import Desk

SECRET = "whispered"
PAID_AT = NOW - timedelta(days=2)
WEEK = Window(start=NOW - timedelta(days=7), end=NOW + timedelta(days=1))
ORDER = Order(actor="system:worker", reason="Taking in what the provider reports", at=NOW)


@dataclass(kw_only=True)
class Counter:
    """`gateway` is what happens at the provider, `desk` what is known here."""

    desk: Desk
    gateway: Gateway = field(default_factory=Gateway)
    registry: Registry = field(init=False)

    def __post_init__(self) -> None:
        webhooks = SandboxWebhooks(self.gateway)
        webhooks.secret = SECRET
        offer = Offer(
            name="sandbox",
            display_name="Sandbox",
            version="1",
            refunds=SandboxRefunds(self.gateway),
            ledger=SandboxLedger(self.gateway),
            webhooks=webhooks,
        )
        self.registry = self.desk.registry = Registry([_Plugin(name="sandbox", version="1", offer=offer)])

    def paid(
        self, reference: str, cents: int = 100_000, *, fee: int = 0, at: datetime = PAID_AT, **values: Any
    ) -> UUID:
        """A payment at the provider, and here without its fee."""
        self.gateway.charge(cents, "SEK", fee_cents=fee, id=reference, at=at)
        return self.desk.paid(cents, provider_reference=reference, paid_at=at, **values)

    async def told(self, *lines: LedgerLine) -> Synced:
        """The provider lists these lines instead of its own."""
        [plugin] = self.registry._plugins
        assert plugin.offer is not None
        listing = replace(plugin, offer=replace(plugin.offer, ledger=Listing(*lines)))
        return await sync(
            "sandbox", WEEK, order=ORDER, books=self.desk.books, registry=Registry([listing]), jobs=self.desk.jobs
        )

    async def sync(self, window: Window = WEEK) -> Synced:
        return await sync(
            "sandbox", window, order=ORDER, books=self.desk.books, registry=self.registry, jobs=self.desk.jobs
        )

    def journals(self, kind: str) -> list[tuple[str | None, date, int]]:
        """Reference, day and what it does to the clearing account, of each journal of the kind."""
        found = self.desk.little.connection.execute(
            "select j.provider_reference, j.occurred_on, sum(e.amount_cents)::bigint"
            "  from journal j join accounting_entry e on e.journal_id = j.id and e.account = '1580'"
            " where j.kind = %s group by j.id order by j.occurred_on, j.provider_reference",
            [kind],
        )
        return [(reference, on, cents) for reference, on, cents in found]

    def one(self, query: str, *values: Any) -> Any:
        return self.desk.little.one(query, *values)


class Listing:
    """A ledger of these lines; it ends as `ending` does."""

    def __init__(self, *lines: Any, ending: Callable[[], Any] = lambda: None) -> None:
        self._lines, self._ending = lines, ending

    async def lines(self, _start: datetime, _end: datetime, /) -> AsyncIterator[Any]:
        for line in self._lines:
            yield line
        if (waiting := self._ending()) is not None:
            await waiting
