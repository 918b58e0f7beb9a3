"""Shapes: how the columns of a row become the objects of an answer. A shape is compiled to one Python expression."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

Row = Sequence[Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """The row's column `index`, JSON-ready as it is."""

    index: int


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The id of the row: column `index` holds its 16 bytes, or (`as_text`) PostgreSQL's writing of them."""

    index: int
    prefix: str
    as_text: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Instant:
    """The instant that column `index` holds as PostgreSQL writes it into JSON, in UTC."""

    index: int


@dataclass(frozen=True, slots=True)
class Key:
    """The UUID whose 16 bytes column `index` holds."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every row."""

    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """A pure function of some columns."""

    function: Callable[..., object]
    needs: tuple[Cell | Key, ...]
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Later:
    """What batch number `batch` will give for these columns: left out at first, filled in when the batch has run."""

    batch: int
    needs: tuple[Cell | Key, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """An object out of the same row; null where the column `present` is null."""

    fields: tuple[tuple[str, "Shape"], ...]
    present: int | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list: the column `index` holds rows of its own."""

    index: int
    element: Object


class Paged(Protocol):
    """A connection whose rows and sums come in columns of the row."""

    def build(self, row: Row, pending: Mapping[int, list["Pending"]]) -> Any: ...


Shape = Cell | GlobalId | Instant | Key | Constant | Call | Later | Object | Rows | Paged


@dataclass(frozen=True, slots=True)
class Pending:
    """An object that waits for its part of a batch."""

    target: Json
    key: str
    needs: tuple[Any, ...]


Build = Callable[[Sequence[Row], Mapping[int, list[Pending]]], list[Any]]


def compiled(element: Object) -> Build:
    """A function of rows and of the lists in which to leave what waits for each batch; it gives the objects in order."""
    names: dict[str, object] = {"waiting": _waiting, "instant": _instant, "key": _key}
    source = f"lambda rows, pending: [{_source(element, 'r', names)} for r in rows]"
    build: Build = eval(source, names)  # noqa: S307 - made of shapes: indexes, and response keys quoted by repr
    return build


def _source(shape: Shape, row: str, names: dict[str, object]) -> str:
    match shape:
        case Cell(index):
            return f"{row}[{index}]"
        case GlobalId():
            return _id_source(shape, row)
        case Instant(index):
            return f"instant({row}[{index}])"
        case Key(index):
            return f"key({row}[{index}])"
        case Constant(value):
            return repr(value)
        case Call(function, needs, arguments):
            called, given = _named(function, names), _named(arguments, names)
            return f"{called}({''.join(f'{_source(one, row, names)}, ' for one in needs)}**{given})"
        case Later():
            return "None"
        case Rows(index, element):
            return f"[{_source(element, row + '_', names)} for {row}_ in {row}[{index}]]"
        case Object():
            return _object_source(shape, row, names)
        case paged:
            return f"{_named(paged.build, names)}({row}, pending)"


def _id_source(one: GlobalId, row: str) -> str:
    cell = f"{row}[{one.index}]"
    made = f"{one.prefix + '_'!r} + {cell}.replace('-', '')" if one.as_text else f"{one.prefix + '_'!r} + {cell}.hex()"
    return f"(None if {cell} is None else {made})" if one.nullable else made


def _object_source(one: Object, row: str, names: dict[str, object]) -> str:
    made = "{" + ", ".join(f"{key!r}: {_source(part, row, names)}" for key, part in one.fields) + "}"
    for key, part in one.fields:
        if isinstance(part, Later):
            needed = "".join(f"{_source(need, row, names)}, " for need in part.needs)
            made = f"waiting(pending[{part.batch}], {made}, {key!r}, ({needed}))"
    return made if one.present is None else f"(None if {row}[{one.present}] is None else {made})"


def _named(value: object, names: dict[str, object]) -> str:
    name = f"n{len(names)}"
    names[name] = value
    return name


def _waiting(pending: list[Pending], target: Json, key: str, needs: tuple[Any, ...]) -> Json:
    pending.append(Pending(target, key, needs))
    return target


def _instant(text: str | None) -> str | None:
    """`2026-03-31T12:00:00.5+00:00` as `2026-03-31T12:00:00.500000Z`: microseconds only where there are some."""
    if text is None:
        return None
    instant = text[:-6]
    return f"{instant:0<26}Z" if "." in instant else instant + "Z"


def _key(raw: bytes | None) -> UUID | None:
    return None if raw is None else UUID(bytes=raw)
