"""Names compared as people and banks write them: accents, case, word order, company suffixes and spelling set aside."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

UNLIKE, ALIKE = 65.0, 95.0
WORD_ALIKE = 84.0
CONTAINED = 0.9
NUMBERS_DIFFER_MAX = 0.4
TELLING_LETTERS_MIN = 5

ASIDES = re.compile(r"\b(c/o|m\.? ?fl\.?|att:)(?!\w)")
LETTERS = str.maketrans({"ø": "o", "æ": "a", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "œ": "o"})
PAIRS = re.compile("aa|ae|oe|ue")
WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=65_536)
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
        "ab aktiebolag asa aps hb kb oy oyj ry rf tmi gmbh ev ltd limited llc inc plc sarl srl bv bk if ik fk sk ff ifk aik gif "
        "klubb klubben förening föreningen idrottsförening idrottsklubb sällskapet boule boulen bouleklubb bouleklubben "
        "bouleförening bouleföreningen boulesällskap boulesällskapet pétanque pétanqueklubb pétanqueklubben pétanqueförening"
    ).split()
)


@lru_cache(maxsize=65_536)
def telling_words(name: str) -> tuple[str, ...]:
    """The folded words that tell this name from others; all of them where nothing but club and company forms is left."""
    words = folded(name).split()
    return tuple(word for word in words if word not in FORMS) or tuple(words)


def name_key(name: str) -> str:
    """The telling words in alphabetical order: equal for one name however it is turned, next to it where one letter is wrong."""
    return " ".join(sorted(telling_words(name)))


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 (two different names) to 1 (the same, as far as spelling can tell)."""
    words, others = telling_words(one), telling_words(other)
    if not words or not others:
        return 0.0
    ratio = 0.85 * _ratio(words, others) + 0.15 * fuzz.token_sort_ratio(folded(one), folded(other))
    alike = min(1.0, max(0.0, (ratio - UNLIKE) / (ALIKE - UNLIKE)))
    if alike < CONTAINED and (_all_in(words, others) or _all_in(others, words)):
        alike = CONTAINED
    return min(alike, NUMBERS_DIFFER_MAX) if _numbers(words) != _numbers(others) else alike


def is_named_in(name: str, text_words: tuple[str, ...]) -> bool:
    """Whether every telling word of `name` stands in a text of these folded words, one typing slip a word allowed."""
    words = telling_words(name)
    return _all_in(words, text_words) or (
        len(words) == 1 and len(words[0]) >= TELLING_LETTERS_MIN and _is_in(words[0], text_words)
    )


def _ratio(words: tuple[str, ...], others: tuple[str, ...]) -> float:
    """How alike, of 100: in alphabetical order, without spaces, or each word with the word most like it."""
    one, other = " ".join(words), " ".join(others)
    whole = max(fuzz.token_sort_ratio(one, other), fuzz.ratio(one.replace(" ", ""), other.replace(" ", "")))
    if whole < UNLIKE / 2 or len(words) != len(others):
        return whole
    paired = sum(len(word) * max(fuzz.ratio(word, other) for other in others) for word in words)
    return max(whole, paired / sum(map(len, words)))


def _all_in(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether at least two words are given and each of them stands among `others`."""
    return 1 < len(words) <= len(others) and all(_is_in(word, others) for word in words)


def _is_in(word: str, others: tuple[str, ...]) -> bool:
    return word in others or (len(word) > 1 and any(fuzz.ratio(word, other) >= WORD_ALIKE for other in others))


def _numbers(words: tuple[str, ...]) -> set[str]:
    return {word for word in words if word.isdigit()}
