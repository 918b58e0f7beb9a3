"""How long is worked on an answer: so many seconds at most, and no longer than its client waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from types import TracebackType
from typing import Final, Self

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
        self._listening: asyncio.Future[None] | None = None

    def __enter__(self) -> Self:
        self._loop = loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self._timer = loop.call_later(min(QUICK_SECONDS, self._seconds), self._look_out)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        self._timer.cancel()
        if self._listening is not None:
            self._listening.cancel()
        if self.ended is None:
            return False
        ours = self._task.uncancel() <= self._cancelling
        return ours and kind is asyncio.CancelledError

    def _look_out(self) -> None:
        """The work takes longer than most does."""
        self._timer = self._loop.call_later(max(self._seconds - QUICK_SECONDS, 0), self._end, Ended.TIME)
        if self._gone is not None:
            self._listening = asyncio.ensure_future(self._listen(self._gone))

    async def _listen(self, gone: Gone) -> None:
        await gone()
        self._end(Ended.GONE)

    def _end(self, why: Ended) -> None:
        if self.ended is None:
            self.ended = why
            self._task.cancel()
