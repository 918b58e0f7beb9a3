"""What a resolver works with: the request, and the ways into the books."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import strawberry

from billing.subscription_changes import TRIAL_EXTENSION_DAYS_MAX
from procedures.books import Books, Order
from resolvers.caching import ReportCache
from schema.context import Context as Request
from schema.reading.reader import Reader
from storage.jobs import Jobs

if TYPE_CHECKING:
    from providers.registry import Registry

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(Request):
    """`reader` reads, `books` are changed by procedures only, `registry` knows the providers,
    `jobs` are deferred in procedures' transactions, `cache` keeps the figures of reports,
    `tolerance_cents` is how far off a line may be that is reconciled, `in_bulk` runs a procedure
    that works on a plain connection, beside the event loop. `public_url` is where browsers find the service; empty where
    that is not known, so that addresses are those of the same host. `trial_extension_days_max` is how many days a trial
    may be extended over a subscription's life."""

    reader: Reader
    books: Books
    registry: "Registry"
    jobs: Jobs
    cache: ReportCache
    tolerance_cents: int
    in_bulk: "InBulk"
    public_url: str = ""
    trial_extension_days_max: int = TRIAL_EXTENSION_DAYS_MAX

    def order(self) -> Order:
        """Who asks for this mutation, when and why; the door has seen to all three."""
        assert self.caller is not None
        assert self.reason is not None
        return Order(actor=self.caller.actor, reason=self.reason, at=self.now)


class InBulk(Protocol):
    """Runs `work(connection)` in a thread, on a plain connection of its own."""

    async def __call__(self, work: Callable[[Any], T], /) -> T: ...


Info = strawberry.Info[Context, None]
