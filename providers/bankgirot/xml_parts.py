"""Reads XML of any size in flat memory, as parts that are declared by the paths of what they keep.

Elements are known by local name; those that no part declares are passed over. A document type declaration is refused
at once, so there are no entities to expand; depth, text, markup and the size of a part are bounded.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, ClassVar, Generic, Self, TypeVar
from xml.parsers import expat

from providers.bankgirot.encodings import decoded_once_more
from providers.bankgirot.inspection import Inspection

CHUNK_BYTES = 65_536
MARKUP_BYTES_MAX = 262_144
DEPTH_MAX = 64
TEXT_MAX, TEXT_PIECES_MAX = 1_000, 100
VALUES_MAX = 5_000
CURRENCY = "Ccy"
ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
NAMESPACE_END, PREFIX_END = " ", ":"


class Text:
    """The text at the first of `paths` that is there and not empty; None without. "Amt/@Ccy" is Amt's currency."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def __get__(self, part: "Part", owner: type["Part"] | None = None) -> str | None:
        for path in self.paths:
            if (texts := part.values.get(path)) is not None:
                return texts[0]
        return None


class Texts:
    """Every text at the first of `paths` that is there, in the order of the file."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def __get__(self, part: "Part", owner: type["Part"] | None = None) -> list[str]:
        return next((part.values[path] for path in self.paths if path in part.values), [])


class Part:
    """An element and what was declared of it. Streamed parts come when they end; `parent` was read up to there."""

    elements: ClassVar[dict[str, "_Element"]]
    __slots__ = ("held", "line", "parent", "size", "values")

    def __init__(self, parent: "Part | None", line: int) -> None:
        self.parent = parent
        self.line = line
        self.values: dict[str, list[str]] = {}
        self.held: dict[str, list[Part]] = {}
        self.size = 0

    def __init_subclass__(cls) -> None:
        cls.elements = {}
        for declared in vars(cls).values():
            if isinstance(declared, Text | Texts | Held | Streamed):
                for path in declared.paths:
                    _declare(cls.elements, path, declared)


P = TypeVar("P", bound=Part)


class Held(Generic[P]):
    """The parts at `path`, kept by their parent."""

    def __init__(self, part: type[P], path: str) -> None:
        self.part, self.paths = part, (path,)

    def __get__(self, part: Part, owner: type[Part] | None = None) -> list[P]:
        return part.held.get(self.paths[0], [])  # type: ignore[return-value]


class Streamed(Generic[P]):
    """The parts at any of `paths`, yielded one by one instead of kept."""

    def __init__(self, part: type[P], *paths: str) -> None:
        self.part, self.paths = part, paths


class _Element:
    """What to do at an element: keep its text, begin a part, or just pass through to its children."""

    __slots__ = ("children", "currency_path", "held_as", "otherwise", "part", "path")

    def __init__(self, children: "dict[str, _Element]", *, otherwise: Self | None = None) -> None:
        self.children = children
        self.otherwise = otherwise or self
        self.path: str | None = None
        self.currency_path: str | None = None
        self.part: type[Part] | None = None
        self.held_as: str | None = None


PASSED_OVER = _Element({})


def _declare(elements: dict[str, _Element], path: str, declared: object) -> None:
    *names, last = path.removesuffix("/@Ccy").split("/")
    for name in names:
        elements = elements.setdefault(name, _Element({}, otherwise=PASSED_OVER)).children
    element = elements.setdefault(last, _Element({}, otherwise=PASSED_OVER))
    match declared:
        case Held() | Streamed():
            element.part, element.children = declared.part, declared.part.elements
            element.held_as = path if isinstance(declared, Held) else None
        case _ if path.endswith("/@Ccy"):
            element.currency_path = path
        case _:
            element.path = path


def _streamed_names(part: type[Part]) -> set[str]:
    """The names of all streamed parts below: anywhere else they would be passed over, and what they say be lost."""
    streams = [declared for declared in vars(part).values() if isinstance(declared, Streamed)]
    own = {path.rpartition("/")[2] for stream in streams for path in stream.paths}
    return own.union(*(_streamed_names(stream.part) for stream in streams))


def namespace(head: bytes, name: str) -> str | None:
    """The namespace of the first element called `name` in the first bytes of a file; None where there is none.

    Raises `BankFileInvalid` for a document type or an unusual encoding.
    """
    found: list[str] = []

    def start(element: str, _attributes: dict[str, str]) -> None:
        of, _, local = element.rpartition(NAMESPACE_END)
        if local == name:
            found.append(of)

    parser = _parser(Inspection(), namespaces=True)
    parser.StartElementHandler = start
    with suppress(expat.ExpatError):
        parser.Parse(head)
    return found[0] if found else None


def parts(stream: BinaryIO, *, root: type[Part], name: str, inspection: Inspection) -> Iterator[Part]:
    """The streamed parts of `root`, the element called `name`, each when it ends; last the root itself."""
    builder = _Builder(root, name, inspection)
    while chunk := stream.read(CHUNK_BYTES):
        builder.feed(chunk)
        yield from builder.finished()
    builder.feed(b"", is_last=True)
    yield from builder.finished()


def _parser(inspection: Inspection, *, namespaces: bool) -> expat.XMLParserType:
    """A parser that stops at a document type, before any entity can be declared."""

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            inspection.stop("line 1", f"the encoding {encoding} is none that banks use")

    def document_type(*_declared: object) -> None:
        where = f"line {parser.CurrentLineNumber}"
        inspection.stop(where, "it declares a document type (DTD), which bank files never do")

    parser = expat.ParserCreate(namespace_separator=NAMESPACE_END if namespaces else None)
    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = document_type
    return parser


class _Builder:
    """Builds parts from what the parser meets. `_stack` is where it is; outside of the root everything is passed through."""

    def __init__(self, root: type[Part], name: str, inspection: Inspection) -> None:
        self._inspection = inspection
        outside = _Element({})
        outside.children[name] = top = _Element(root.elements, otherwise=PASSED_OVER)
        top.part = root
        self._stack = [outside]
        self._streamed = _streamed_names(root)
        self._part: Part | None = None
        self._texts: list[str] | None = None
        self._finished: list[Part] = []
        self._fed = 0
        self._has_mended = False
        self._parser = _parser(inspection, namespaces=False)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            self._inspection.stop(
                f"line {error.lineno}", f"this is no well-formed XML: {expat.ErrorString(error.code)}"
            )
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > MARKUP_BYTES_MAX:
            self._stop(f"a tag or comment is longer than {MARKUP_BYTES_MAX} bytes")

    def finished(self) -> list[Part]:
        finished, self._finished = self._finished, []
        return finished

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        stack = self._stack
        above = stack[-1]
        element = above.children.get(name) or self._prefixed(above, name)
        stack.append(element)
        if len(stack) > DEPTH_MAX:
            self._stop(f"elements are nested more than {DEPTH_MAX} deep")
        self._texts = None if element.path is None else []
        if element.part is not None:
            self._part = element.part(self._part, self._parser.CurrentLineNumber)
        elif attributes and element.currency_path is not None and CURRENCY in attributes:
            self._keep(element.currency_path, attributes[CURRENCY])

    def _prefixed(self, above: _Element, name: str) -> _Element:
        local = name.rpartition(PREFIX_END)[2]
        element = above.children.get(local, above.otherwise)
        if element is PASSED_OVER and local in self._streamed:
            self._stop(f"an element {name} stands where none may")
        return element

    def _data(self, text: str) -> None:
        texts = self._texts
        if texts is not None:
            texts.append(text)
            if len(texts) > TEXT_PIECES_MAX:
                self._stop(f"an element's text is longer than {TEXT_MAX} characters")

    def _end(self, _name: str) -> None:
        element = self._stack.pop()
        texts = self._texts
        if texts and element.path is not None:
            self._keep(element.path, texts[0] if len(texts) == 1 else "".join(texts))
        self._texts = None
        if element.part is not None and self._part is not None:
            part, self._part = self._part, self._part.parent
            if element.held_as is None or self._part is None:
                self._finished.append(part)
            else:
                part.parent = None  # which holds it: without a cycle both are freed at once
                self._part.held.setdefault(element.held_as, []).append(part)
                self._grow(self._part)

    def _keep(self, path: str, text: str) -> None:
        part = self._part
        text = text.strip()
        if not text or part is None:
            return
        if not text.isascii():
            text = self._mended(text)
        if not text.isprintable():
            text = " ".join(text.split())
        if len(text) > TEXT_MAX:
            self._stop(f"an element's text is longer than {TEXT_MAX} characters")
        if path in part.values:
            part.values[path].append(text)
        else:
            part.values[path] = [text]
        self._grow(part)

    def _mended(self, text: str) -> str:
        mended = decoded_once_more(text)
        if mended is None:
            return text
        if not self._has_mended:
            self._has_mended = True
            self._inspection.warn("Text that was encoded twice as UTF-8 was set right.")
        return mended

    def _grow(self, part: Part) -> None:
        part.size += 1
        if part.size > VALUES_MAX:
            self._stop(f"an element has more than {VALUES_MAX} details")

    def _stop(self, what: str) -> None:
        self._inspection.stop(f"line {self._parser.CurrentLineNumber}", what)
