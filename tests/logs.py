"""What the service logs while a test runs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import orjson

from graphql_api.logs import configure_logs


class Logged:
    """The lines logged so far."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        lines = [orjson.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if line["event"] == name]


@contextmanager
def capturing() -> Iterator[Logged]:
    """Log as the service does, into memory; afterwards everything is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    logged = Logged()
    configure_logs(logged.stream)
    try:
        yield logged
    finally:
        root.handlers[:], root.level = handlers, level
