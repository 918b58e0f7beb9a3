"""Running a plugin's code: a partner's may raise anything, and the host goes on."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


class PluginFailed(Exception):
    """A plugin's code raised, or gave, what its contract does not know, or lets out of this call alone: what came of it is not
    known.

    `kind` is the error's type. What the error says is not repeated: it may hold a name or a secret.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.problem = f"Its plugin failed with {kind}."
        super().__init__(self.problem)


@contextmanager
def plugin_code(provider: str, *answers: type[Exception], level: int = logging.ERROR) -> Iterator[None]:
    """Every call into a plugin is made in here, with its time limit and the first look at what it gives.

    What is raised is logged (at `level`) and comes out as PluginFailed; as they are, only the `answers` that the contract lets this call
    raise, and what ends our own work: Ctrl-C, SIGTERM, and a cancellation that somebody asked for.

    Raises: PluginFailed, and the `answers`.
    """
    try:
        yield
    except answers:
        raise
    except BaseException as error:
        if _ends_our_work(error):
            raise
        failed = PluginFailed(type(error).__name__)
        told = failed.with_traceback(error.__traceback__)
        log.log(level, "the plugin of provider %s failed with %s", provider, failed.kind, exc_info=told)
        raise failed from error


def _ends_our_work(error: BaseException) -> bool:
    """A cancellation does where somebody wants the running task to end; else something in the plugin was cancelled."""
    if isinstance(error, asyncio.CancelledError):
        try:
            task = asyncio.current_task()
        except RuntimeError:  # no event loop runs in this thread
            return False
        return task is not None and task.cancelling() > 0
    return isinstance(error, KeyboardInterrupt | GeneratorExit)
