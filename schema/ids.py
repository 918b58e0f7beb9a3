"""Global ids: `<type>_<32 hexadecimal digits>`, opaque to callers, e.g. `bank_transfer_0198c0de…`.

They are made of the row's UUID and the name of its GraphQL type, so that an id can be told from another type's.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final
from uuid import UUID

from billing.refusals import BadInput, NotFound

_GLOBAL_ID: Final = re.compile(r"([a-z]+(?:_[a-z]+)*)_([0-9a-f]{32})")
_INNER_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def prefix_of(type_name: str) -> str:
    """How ids of a GraphQL type begin: `BankTransfer` -> `bank_transfer`."""
    return _INNER_CAPITAL.sub("_", type_name).lower()


def to_global(type_name: str, key: UUID) -> str:
    """The global id of the row `key` of the GraphQL type `type_name`."""
    return f"{prefix_of(type_name)}_{key.hex}"


def parse_global(text: str, *, argument: str = "id") -> tuple[str, UUID]:
    """The type's prefix and the row's UUID: what `node(id:)` looks up.

    Raises: `BadInput` naming `argument` where `text` is no global id.
    """
    match = _GLOBAL_ID.fullmatch(text)
    if match is None:
        raise BadInput(f"The id in {argument} is malformed: take it from an answer of this API.", argument=argument)
    return match[1], UUID(hex=match[2])


def from_global(text: str, expected: str, *, argument: str = "id") -> UUID:
    """The row's UUID behind a global id of the GraphQL type `expected`.

    Raises: `BadInput` where `text` is no global id at all; `NotFound` where it is another type's.
    """
    prefix, key = parse_global(text, argument=argument)
    if prefix != prefix_of(expected):
        raise _missing(expected, text)
    return key


def not_found(type_name: str, key: UUID) -> NotFound:
    """How the id of a row that is not there is refused."""
    return _missing(type_name, to_global(type_name, key))


def _missing(type_name: str, text: str) -> NotFound:
    return NotFound(prefix_of(type_name).replace("_", " "), key=text)


def keys_of(texts: Sequence[str] | None, expected: str, *, argument: str) -> list[UUID] | None:
    """The rows' UUIDs behind several global ids of one type.

    Raises: what `from_global` raises.
    """
    return None if texts is None else [from_global(text, expected, argument=argument) for text in texts]
