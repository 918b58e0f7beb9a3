"""How a resolver answers out of the books: a row, a page, or what a mutation made."""

from typing import Any, TypeVar, cast
from uuid import UUID

from resolvers.context import Info
from schema.reading.asking import asked
from schema.reading.paging import Listing, Page

T = TypeVar("T")


async def row(info: Info, key: UUID) -> Any:
    """The row with this id, or None."""
    document, field = asked(info)
    found = await info.context.reader.by_keys(document, field, [key])
    return found[key][0] if found else None


async def rows_by_text(info: Info, column: str, text: str) -> list[Any]:
    """The rows whose text column holds exactly this."""
    document, field = asked(info)
    return await info.context.reader.where_text(document, field, column, text)


async def page(connection: type[T], info: Info, listing: Listing, at: Page) -> T:
    """A page of a list, as what was selected of its connection type."""
    document, field = asked(info)
    assert field.type.name == connection.__name__, field.name
    return cast("T", await info.context.reader.page(document, field, listing, at))


async def made(payload: type[T], info: Info, done: object) -> T:
    """What was selected of a payload type, read after the commit from what a procedure has done."""
    document, field = asked(info)
    assert field.type.name == payload.__name__, field.name
    return cast("T", await info.context.reader.value(document, field, done))
