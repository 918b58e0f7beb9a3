"""The saved operations, as GraphiQL offers them: each a document beside this file, with example variables beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

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
    def read(cls, name: str) -> Self:
        document, examples = stored(name), OPERATIONS / f"{name}.json"
        first_line = document.partition("\n")[0]
        return cls(
            name=name,
            title=name.replace("_", " ").capitalize(),
            about=first_line.removeprefix("#").strip(),
            changes=Document.read(document).operation(None).operation is OperationType.MUTATION,
            document=document,
            variables=examples.read_text(encoding="utf-8") if examples.exists() else "",
        )


def saved_operations() -> list[SavedOperation]:
    """All of them: those that ask, then those that change, each in alphabetical order."""
    found = [SavedOperation.read(name) for name in names()]
    return sorted(found, key=lambda operation: (operation.changes, operation.title))


class SavedOperationsRoute:
    """GET /graphql/operations.json, for those who may read the schema: the operations tell as much."""

    def __init__(self, *, callers: Callers, now: Callable[[], datetime], open_schema: bool) -> None:
        self._callers, self._now, self._open = callers, now, open_schema

    @cached_property
    def _body(self) -> bytes:
        return orjson.dumps(saved_operations())

    async def answer(self, request: Request) -> Response:
        try:
            await self._admit(request)
        except Refusal as refusal:
            return respond(Answer(outcome=Outcome.REFUSED, errors=(tell_refusal(refusal),), refusal=refusal), JSON)
        return Response(self._body, media_type=JSON)

    async def _admit(self, request: Request) -> None:
        if not self._open:
            FINANCE.check(await self._callers.caller(request), self._now())
