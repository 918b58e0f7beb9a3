"""Names compared as people and banks write them: accents, case, word order, company suffixes and spelling set aside."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

UNLIKE, ALIKE = 65.0, 95.0
FAR_APART = 58.0
WORD_ALIKE = 84.0
CONTAINED = 0.9
NUMBERS_DIFFER_MAX = 0.4
CACHED_NAMES = 65_536

ASIDES = re.compile(r"\b(c/o|m\.? ?fl\.?|att:)(?!\w)")
LETTERS = str.maketrans({"ø": "o", "æ": "a", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "œ": "o"})
PAIRS = re.compile("aa|ae|oe|ue")
WORDS = re.compile(r"[^\W_]+")


def folded(name: str) -> str:
    """Lower case without accents, where "ä", "ae" and a doubly encoded "Ã¤" all read "a"; one space between words."""
    text = unicodedata.normalize("NFKD", _encoded_once(name).casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(LETTERS)
    return PAIRS.sub(lambda pair: pair[0][0], " ".join(WORDS.findall(ASIDES.sub(" ", text))))


def _encoded_once(text: str) -> str:
    """Undo a second UTF-8 encoding where the text shows one."""
    if "Ã" not in text:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


# What clubs and companies have in common says nothing about which of them is meant.
FORMS = frozenset(
    folded(
        "ab aktiebolag aps hb kb oy oyj ry rf tmi gmbh ev ltd limited llc inc plc sarl srl bv bk if ik fk sk ff ifk aik gif "
        "klubb klubben förening föreningen idrottsförening idrottsklubb sällskapet boule boulen bouleklubb bouleklubben "
        "bouleförening bouleföreningen boulesällskap boulesällskapet pétanque pétanqueklubb pétanqueklubben pétanqueförening"
    ).split()
)
# A Norwegian company as the last of several words; else the first name Åsa, as a bank without accents writes it.
ASA = "asa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name taken apart. `words` tell it from others, in alphabetical order; `full` holds its club and company forms too."""

    words: tuple[str, ...]
    key: str
    closed_up: str
    full: str
    numbers: frozenset[str]


@lru_cache(maxsize=CACHED_NAMES)
def name(text: str) -> Name:
    """Take a name apart; where nothing but club and company forms is left, those tell it."""
    all_words = folded(text).split()
    is_asa = len(all_words) > len(("first name", "last name")) and all_words[-1] == ASA
    words = sorted(word for word in all_words[: -1 if is_asa else None] if word not in FORMS) or sorted(all_words)
    return Name(
        words=tuple(words),
        key=" ".join(words),
        closed_up="".join(words),
        full=" ".join(sorted(all_words)),
        numbers=frozenset(filter(str.isdigit, words)),
    )


def name_key(text: str) -> str:
    """The telling words in alphabetical order: equal for one name however it is turned, near where a letter is wrong."""
    return name(text).key


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 (two different names) to 1 (the same, as far as spelling can tell)."""
    a, b = name(one), name(other)
    ratio = _ratio(a, b)
    if ratio < FAR_APART:
        return 0.0
    ratio = 0.85 * ratio + 0.15 * fuzz.ratio(a.full, b.full)
    alike = min(1.0, max(0.0, (ratio - UNLIKE) / (ALIKE - UNLIKE)))
    if alike < CONTAINED and len(a.words) != len(b.words) and (_all_in(a.words, b.words) or _all_in(b.words, a.words)):
        alike = CONTAINED
    return min(alike, NUMBERS_DIFFER_MAX) if a.numbers != b.numbers else alike


def _ratio(a: Name, b: Name) -> float:
    """How alike the telling words are, of 100: in alphabetical order, closed up, or after the words that are the same.

    A wrong first letter changes the alphabetical order; the words in common then show what belongs together.
    """
    length, other = len(a.key), len(b.key)
    if 200 * min(length, other) < FAR_APART * (length + other) or not length:
        return 0.0
    ratio = fuzz.ratio(a.key, b.key)
    if len(a.words) != len(b.words):
        return max(ratio, fuzz.ratio(a.closed_up, b.closed_up))
    common = [word for word in a.words if word in b.words]
    if not common or ratio >= ALIKE:
        return ratio
    return max(ratio, fuzz.ratio(_reordered(a.words, common), _reordered(b.words, common)))


def _reordered(words: tuple[str, ...], first: list[str]) -> str:
    return " ".join((*first, *(word for word in words if word not in first)))


def is_named_in(text: str, text_words: tuple[str, ...]) -> bool:
    """Whether every telling word of the name `text` stands among these folded words, a slip in each allowed.

    A single telling word is not enough: "Lund" may be the club or the member, so its club form has to be there too.
    """
    if not text_words:
        return False
    told = name(text)
    return _all_in(told.words if len(told.words) > 1 else tuple(told.full.split()), text_words)


def _all_in(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether at least two words are given and each of them stands among `others`."""
    return 1 < len(words) <= len(others) and all(_is_in(word, others) for word in words)


def _is_in(word: str, others: tuple[str, ...]) -> bool:
    return word in others or (len(word) > 1 and any(fuzz.ratio(word, other) >= WORD_ALIKE for other in others))
