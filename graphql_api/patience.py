"""How long is worked on an answer: so many seconds at most, and no longer than its client waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from types import TracebackType
from typing import ClassVar, Final, Self

QUICK_SECONDS: Final = 0.05
"""Most answers are there sooner: only then is listened for a client that goes away."""

Gone = Callable[[], Awaitable[None]]
"""Returns when the client has gone away."""


class Ended(Enum):
    """Why work was stopped."""

    TIME = auto()
    GONE = auto()


class Patience:
    """A context that cancels what is done in it after `seconds`, or when the client has `gone`, and says so in `ended`."""

    def __init__(self, seconds: float, gone: Gone | None = None) -> None:
        self.ended: Ended | None = None
        self._seconds, self._gone = seconds, gone
        self._timer: asyncio.TimerHandle | None = None
        self._listening: asyncio.Future[None] | None = None

    def __enter__(self) -> Self:
        self._lookout = _Lookout.here()
        task = asyncio.current_task(self._lookout.loop)
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self._lookout.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        self._lookout.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._listening is not None:
            self._listening.cancel()
        if self.ended is None:
            return False
        ours = self._task.uncancel() <= self._cancelling
        return ours and kind is asyncio.CancelledError

    def look_out(self) -> None:
        """The work takes longer than most does."""
        self._timer = self._lookout.loop.call_later(max(self._seconds - QUICK_SECONDS, 0), self._end, Ended.TIME)
        if self._gone is not None:
            self._listening = asyncio.ensure_future(self._listen(self._gone))

    async def _listen(self, gone: Gone) -> None:
        await gone()
        self._end(Ended.GONE)

    def _end(self, why: Ended) -> None:
        if self.ended is None:
            self.ended = why
            self._task.cancel()


class _Lookout:
    """Tells all patience in an event loop when its work takes long, between once and twice `QUICK_SECONDS` after it began:
    a timer for each of them would cost a small request a twentieth of its time."""

    _last: ClassVar[Self | None] = None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._young, self._old = set[Patience](), set[Patience]()
        self._looks = False

    @classmethod
    def here(cls) -> Self:
        """The running loop's. A process has one loop; where there are several, each may have more than one lookout."""
        loop, last = asyncio.get_running_loop(), cls._last
        if last is None or last.loop is not loop:
            cls._last = last = cls(loop)
        return last

    def add(self, patience: Patience) -> None:
        self._young.add(patience)
        if not self._looks:
            self._looks = True
            self.loop.call_later(QUICK_SECONDS, self._look)

    def discard(self, patience: Patience) -> None:
        self._young.discard(patience)
        self._old.discard(patience)

    def _look(self) -> None:
        for patience in self._old:
            patience.look_out()
        self._young, self._old = set(), self._young
        self._looks = bool(self._old)
        if self._looks:
            self.loop.call_later(QUICK_SECONDS, self._look)
