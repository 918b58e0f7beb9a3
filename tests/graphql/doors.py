"""A door over a test's books without HTTP around it, and the statements that its reads send."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from billing.authority import Caller, Role
from graphql_api.direct import Direct
from graphql_api.documents import Operation
from graphql_api.door import Answer, Door, Execute
from graphql_api.execution import core_schema, field_by_field
from graphql_api.roots import build_schema
from graphql_api.settings import Settings
from graphql_api.wiring import Wiring
from storage.engine import Database
from storage.read_pool import ReadPool
from tests.books import NOW

SCHEMA: Final = build_schema()
CALLER: Final = Caller(actor="finance@example.org", roles=frozenset({Role.SYS_FINANCE}), authenticated_at=NOW)


class OpenDoor:
    """Operations of somebody from finance, and what they sent to the database since `statements` was cleared."""

    def __init__(self, door: Door) -> None:
        self._door, self.statements = door, list[str]()

    async def answer(self, asked: Operation) -> Answer:
        return await self._door.answer(asked, caller=CALLER, request_id="r")


@asynccontextmanager
async def open_door(
    database: Database, folder: Path, patch: pytest.MonkeyPatch, execute: Execute | None = None
) -> AsyncIterator[OpenDoor]:
    """The door; operations are run by `execute` where one is given, else as the service runs them."""
    wiring = Wiring(Settings(data_dir=folder), database)
    execute = execute or Direct(SCHEMA, field_by_field(SCHEMA))
    made = OpenDoor(
        Door(core_schema(SCHEMA), execute=execute, make_context=wiring.context, now=lambda: NOW, open_schema=True)
    )
    rows = ReadPool.rows

    async def noted(pool: ReadPool, sql: str, values: Sequence[bytes | None]) -> Any:
        made.statements.append(sql)
        return await rows(pool, sql, values)

    patch.setattr(ReadPool, "rows", noted)
    async with wiring.opened():
        yield made
