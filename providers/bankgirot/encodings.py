"""Text as it should have been encoded: files pass through tools that re-encode them, some of them twice."""

from enum import Enum


class Encoding(Enum):
    """How text was found, in words."""

    ISO_8859_1 = "ISO 8859-1"
    UTF_8 = "UTF-8"
    TWICE_UTF_8 = "UTF-8 encoded twice"


def decoded(line: bytes) -> tuple[str, Encoding]:
    """Text of a BgMax line that is not ASCII: what is valid UTF-8 is hardly ever anything else."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("iso-8859-1"), Encoding.ISO_8859_1
    once = decoded_once_more(text)
    return (text, Encoding.UTF_8) if once is None else (once, Encoding.TWICE_UTF_8)


def decoded_once_more(text: str) -> str | None:
    """What "StorÃ¥ker" was before it was encoded twice; None when it was not."""
    if text.isascii():
        return None
    for misread_as in ("iso-8859-1", "cp1252"):
        try:
            return text.encode(misread_as).decode("utf-8")
        except UnicodeError:
            continue
    return None
