"""What goes on while garbage is collected."""

import signal
import weakref

import pytest

from graphql_api.cli import Terminated
from graphql_api.garbage import settle


class Loop:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGTERM, Terminated), (signal.SIGINT, KeyboardInterrupt)])
def test_a_signal_that_comes_while_garbage_is_collected_is_not_lost(
    number: signal.Signals, raised: type[BaseException]
) -> None:
    def terminate(_number: int, _frame: object) -> None:
        raise raised

    before = signal.signal(number, terminate)
    watch = weakref.ref(Loop(), lambda _gone: signal.raise_signal(number))
    try:
        with pytest.raises(raised):
            settle()
        assert signal.getsignal(number) is terminate
    finally:
        signal.signal(number, before)
    assert watch() is None
