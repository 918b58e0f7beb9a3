"""Counting on stderr while long work goes on."""

import sys
import time

import click


class Counter:
    """Call it with what is being done and how many are done: it shows that and how fast. Quiet when not `shown`.

    On a terminal it rewrites one line; elsewhere every count is a line of its own.
    """

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._what = ""
        self._began = 0.0

    def __call__(self, what: str, count: int) -> None:
        if not self._shown:
            return
        if what != self._what:
            self._what, self._began = what, time.monotonic()
        seconds = time.monotonic() - self._began
        self._show(f"{what}: {count:,}" + (f", {count / seconds:,.0f}/s" if seconds > 1 else ""))

    def clear(self) -> None:
        """Leave an empty line for what comes next."""
        if self._shown and sys.stderr.isatty():
            click.echo("\r\033[K", err=True, nl=False)

    def _show(self, text: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{text}", err=True, nl=False)
        else:
            click.echo(text, err=True)
