"""The 80-column lines of a Bankgirot file, whatever tools did to them on the way."""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from providers.bankgirot.encodings import Encoding, decoded
from providers.bankgirot.inspection import Inspection

COLUMNS = 80
LINE_BYTES_MAX = 1_000
TAB_STOPS = 8

LINE_ENDS = b"\r\n\x1a"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


def lines(stream: BinaryIO, inspection: Inspection) -> Iterator[tuple[int, str]]:
    """The lines that are not blank: number from 1, and text padded with blanks to exactly 80 columns.

    Tools lose trailing blanks, put TABs in, change the encoding and leave a byte order mark or a DOS end of file: all
    of it is undone and told. What cannot be a record is a fault.
    """
    lengths: set[int] = set()
    encodings: set[Encoding] = set()
    for number, raw in enumerate(iter(partial(stream.readline, LINE_BYTES_MAX), b""), 1):
        if len(raw) == LINE_BYTES_MAX:
            inspection.stop(f"line {number}", f"it is longer than {LINE_BYTES_MAX} bytes; a record has {COLUMNS}")
        line = raw.rstrip(LINE_ENDS) if number > 1 else raw.removeprefix(BYTE_ORDER_MARK).rstrip(LINE_ENDS)
        if line.isascii():
            text = line.decode("ascii")
        else:
            text, encoding = decoded(line)
            encodings.add(encoding)
        lengths.add(len(text))
        if not text.isprintable():
            text = _without_controls(number, text, inspection)
        if len(text) != COLUMNS:
            text = _fitted(number, text, inspection)
        if not text.isspace():
            yield number, text
    _tell(lengths - {0}, encodings - {Encoding.ISO_8859_1}, inspection)


def _without_controls(number: int, text: str, inspection: Inspection) -> str:
    if "\t" in text:
        inspection.warn(f"Line {number}: TAB characters were expanded to stops of {TAB_STOPS}.")
        text = text.expandtabs(TAB_STOPS)
    if found := CONTROL_CHARACTERS.search(text):
        inspection.fault(f"line {number}", f"column {found.start() + 1} holds the control character {found[0]!r}")
        text = CONTROL_CHARACTERS.sub(" ", text)
    return text


def _fitted(number: int, text: str, inspection: Inspection) -> str:
    if text[COLUMNS:].strip():
        inspection.fault(f"line {number}", f"it has text after column {COLUMNS}")
    return text[:COLUMNS].ljust(COLUMNS)


def _tell(lengths: set[int], encodings: set[Encoding], inspection: Inspection) -> None:
    for encoding in sorted(encodings, key=lambda found: found.value):
        inspection.warn(f"Bytes are {encoding.value}, not {Encoding.ISO_8859_1.value}.")
    if lengths and min(lengths) < COLUMNS:
        inspection.warn(f"Line lengths {sorted(lengths)}: short lines were padded to {COLUMNS} columns.")
