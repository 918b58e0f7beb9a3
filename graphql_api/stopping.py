"""The end of a process that was told to stop: it has a while to finish what it is doing, and ends then, whatever hangs."""

import signal
from typing import Final

GRACE_SECONDS: Final = 15
"""What requests and chores have to be finished in; then they are cut off."""

CLOSING_SECONDS: Final = 5
"""What is left after that for being cut off, and for taking leave of the database."""


def end_in_time() -> None:
    """Have the process ended by SIGALRM if it is still there when its time is over: a thread that waits for a database that
    hangs cannot be cut off otherwise. The database rolls back what was not committed.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS + CLOSING_SECONDS)
