"""Ids in look-ups: whatever well-formed id names nothing here is null."""

from uuid import UUID

from billing.refusals import NotFound
from schema.ids import from_global


def looked_up(text: str, type_name: str, *, argument: str = "id") -> UUID | None:
    """The row's UUID, or None for the id of something else.

    Raises: BadInput for what is no id at all.
    """
    try:
        return from_global(text, type_name, argument=argument)
    except NotFound:
        return None
