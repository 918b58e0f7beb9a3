"""Logs: one JSON object a line, with the request's id, and never a variable's value, a token or a name.

An exception's message may quote what it was about, so it is left out: what is logged of an exception is its kind, the
database's code, and the places in the code it came through.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import Processor

FRAMES_MAX: Final = 20


def anonymous_exceptions(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The log processor that puts an exception's anatomy in place of its text."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = list(anatomy(error))
    return event


REQUEST: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the request that is being answered."""


def of_request(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The log processor that tells what request a line belongs to."""
    request_id = REQUEST.get()
    return event if request_id is None else {"request_id": request_id, **event}


PROCESSORS: Final[tuple[Processor, ...]] = (
    of_request,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    anonymous_exceptions,
)

log: Final[structlog.stdlib.BoundLogger] = structlog.wrap_logger(
    logging.getLogger("billing"),
    processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
)


class Lines(logging.StreamHandler[TextIO]):
    """Writes log records, and facts that need no record."""

    def write(self, facts: Mapping[str, object]) -> None:
        """One line. That it cannot be written is nobody's request's fault."""
        line = orjson.dumps(facts, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE).decode()
        self.acquire()
        try:
            with suppress(OSError, ValueError):
                self.stream.write(line)
                self.stream.flush()
        finally:
            self.release()


def configure_logs(stream: TextIO = sys.stderr, *, level: int = logging.INFO) -> None:
    """Send our own and the libraries' logs to `stream`."""
    handler = Lines(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=PROCESSORS,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("alembic", "httpx"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def log_request(facts: Mapping[str, object]) -> None:
    """Log that a request was answered: a line for each of them, written with a twentieth of a record's trouble."""
    root = logging.getLogger()
    if root.level <= logging.INFO:
        line = {"event": "request", "level": "info", "logger": "billing", "timestamp": datetime.now(UTC), **facts}
        for handler in root.handlers:
            if isinstance(handler, Lines):
                handler.write(line)


def log_unexpected(error: BaseException | None) -> None:
    """Log a mistake of ours; nothing where there was none."""
    if error is not None:
        log.error("unexpected", exc_info=error)


def anatomy(error: BaseException) -> Iterator[dict[str, object]]:
    """The exception and those it came from, newest first: their kinds, codes and places, nothing they were told."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        places = traceback.extract_tb(cause.__traceback__)[-FRAMES_MAX:]
        yield {
            "kind": f"{type(cause).__module__}.{type(cause).__qualname__}",
            "sqlstate": getattr(cause, "sqlstate", None),
            "places": [f"{place.filename}:{place.lineno} {place.name}" for place in places],
        }
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
