"""The saved operations, as GraphiQL offers them: each a document beside this file, with example variables beside it.

In the examples the days of a window are told from today, as "today" or "30 days ago".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from billing.refusals import Refusal
from graphql_api.admission import FINANCE
from graphql_api.callers import Callers
from graphql_api.documents import Document
from graphql_api.door import Answer, Outcome
from graphql_api.graphql_route import respond
from graphql_api.media_types import JSON
from graphql_api.stored_documents import OPERATIONS, names, stored
from resolvers.errors import tell_refusal

FROM_TODAY: Final = re.compile(r'"(?:today|([0-9]+) days ago)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOperation:
    """`about` is the comment at the document's head; `variables` is JSON for the editor, empty where it takes none."""

    name: str
    title: str
    about: str
    changes: bool
    document: str
    variables: str

    @classmethod
    def read(cls, name: str, *, today: date) -> Self:
        document, examples = stored(name), OPERATIONS / f"{name}.json"
        first_line = document.partition("\n")[0]
        return cls(
            name=name,
            title=name.replace("_", " ").capitalize(),
            about=first_line.removeprefix("#").strip(),
            changes=Document.read(document).operation(None).operation is OperationType.MUTATION,
            document=document,
            variables=_dated(examples.read_text(encoding="utf-8"), today) if examples.exists() else "",
        )


def _dated(variables: str, today: date) -> str:
    return FROM_TODAY.sub(lambda told: f'"{today - timedelta(days=int(told[1] or 0))}"', variables)


def saved_operations(today: date) -> list[SavedOperation]:
    """All of them, as they are offered today: those that ask, then those that change, each in alphabetical order."""
    found = [SavedOperation.read(name, today=today) for name in names()]
    return sorted(found, key=lambda operation: (operation.changes, operation.title))


@lru_cache(maxsize=1)
def _offered(today: date) -> bytes:
    return orjson.dumps(saved_operations(today))


class SavedOperationsRoute:
    """GET /graphql/operations.json, for those who may read the schema: the operations tell as much."""

    def __init__(self, *, callers: Callers, now: Callable[[], datetime], zone: ZoneInfo, open_schema: bool) -> None:
        self._callers, self._now, self._zone, self._open = callers, now, zone, open_schema

    async def answer(self, request: Request) -> Response:
        try:
            await self._admit(request)
        except Refusal as refusal:
            return respond(Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal), JSON)
        return Response(_offered(self._now().astimezone(self._zone).date()), media_type=JSON)

    async def _admit(self, request: Request) -> None:
        if not self._open:
            FINANCE.check(await self._callers.caller(request), self._now())
