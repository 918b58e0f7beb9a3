"""Shapes: how the columns of a row become the objects of an answer. A shape is compiled to one Python expression."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Sequence[Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """The row's column `index`, JSON-ready as it is."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every row."""

    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """A pure function of some columns."""

    function: Callable[..., object]
    indexes: tuple[int, ...]
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Later:
    """What batch number `batch` will give for these columns: left out at first, filled in when the batch has run."""

    batch: int
    indexes: tuple[int, ...]


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


Shape = Cell | Constant | Call | Later | Object | Rows | Paged


@dataclass(frozen=True, slots=True)
class Pending:
    """An object that waits for its part of a batch."""

    target: Json
    key: str
    needs: tuple[Any, ...]


Build = Callable[[Sequence[Row], Mapping[int, list[Pending]]], list[Any]]


def compiled(element: Object) -> Build:
    """A function of rows and of the lists in which to leave what waits for each batch; it gives the objects in order."""
    names: dict[str, object] = {"waiting": _waiting}
    source = f"lambda rows, pending: [{_source(element, 'r', names)} for r in rows]"
    build: Build = eval(source, names)  # noqa: S307 - made of shapes: indexes, and response keys quoted by repr
    return build


def _source(shape: Shape, row: str, names: dict[str, object]) -> str:
    match shape:
        case Cell(index):
            return f"{row}[{index}]"
        case Constant(value):
            return repr(value)
        case Call(function, indexes, arguments):
            called, given = _named(function, names), _named(arguments, names)
            return f"{called}({', '.join(f'{row}[{i}]' for i in indexes)}, **{given})"
        case Later():
            return "None"
        case Rows(index, element):
            return f"[{_source(element, row + '_', names)} for {row}_ in {row}[{index}]]"
        case Object(fields, present):
            made = "{" + ", ".join(f"{key!r}: {_source(part, row, names)}" for key, part in fields) + "}"
            for key, part in fields:
                if isinstance(part, Later):
                    needs = "".join(f"{row}[{i}], " for i in part.indexes)
                    made = f"waiting(pending[{part.batch}], {made}, {key!r}, ({needs}))"
            return made if present is None else f"(None if {row}[{present}] is None else {made})"
        case paged:
            return f"{_named(paged.build, names)}({row}, pending)"


def _named(value: object, names: dict[str, object]) -> str:
    name = f"n{len(names)}"
    names[name] = value
    return name


def _waiting(pending: list[Pending], target: Json, key: str, needs: tuple[Any, ...]) -> Json:
    pending.append(Pending(target, key, needs))
    return target
