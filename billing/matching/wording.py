"""Free text cut into words and numbers, and what the words call the numbers after them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, unique

from billing.matching.names import folded


@unique
class Called(Enum):
    """What the words before a number call it."""

    NOTHING = "nothing"
    REFERENCE = "an invoice's number"
    OTHER = "another number, of a customer or a member"
    ACCOUNT = "another number that comes in several groups, of a telephone or an account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Letters, or digits, or letters and then digits ("F145492"), standing together; a wilder mixture counts as letters.

    `gap` is what stands between it and the word before.
    """

    gap: str
    letters: str
    digits: str
    called: Called = Called.NOTHING


CALLING_WORDS = {
    Called.REFERENCE: re.compile(
        r"(faktura|fakt?nr|faknr|invoice|rechnung|lasku|viite|factur|ocr|betalningsref|referens)\w*"
        r"|ref(nr|no)?|fakt?|inv|kid|avi|fnr|fa|f"
    ),
    Called.OTHER: re.compile(
        r"(kund|customer|client|klient|asiakas|belopp|summa)\w*|(medlem|member|jasen)(s?n\w*)?|knr|kdnr|kd|k|cust"
    ),
    Called.ACCOUNT: re.compile(
        r"(telefon|mobil|phone|konto|clearing|bankgiro|plusgiro|postgiro|personn|orgn)\w*"
        r"|tel(nr|no)?|tfn|iban|bic|swift|pnr|org|bg|pg|swish|lgh|box"
    ),
}
CONNECTING_WORDS = frozenset(folded("nr no num nro nummer number och and samt o avser för id").split())
COURTESIES = frozenset(
    folded(
        "betalning betalar betald hälsning hälsningar mvh vänliga tack thanks avgift avgiften medlemsavgift medlemsavgiften "
        "årsavgift årsavgiften licens licensavgift hyra lån till från av på i med för payment betaling maksu fee membership"
    ).split()
)

TOKENS = re.compile(r"(?P<word>[^\W_]+)|(?P<gap>[\W_]+)")
NUMBER = re.compile(r"(?P<letters>[^\W\d_]*)(?P<digits>[0-9]+)")
JOINERS = frozenset(" \u00a0-./")


def clusters(text: str) -> Iterator[list[Word]]:
    """Numbers with one joining character between them, together, after the word they follow.

    What is called a customer's, a telephone's or an account's number is left out.
    """
    cluster: list[Word] = []
    for word in _called_words(_words(text)):
        is_another = bool(word.digits) and word.called in (Called.OTHER, Called.ACCOUNT)
        if word.letters or word.gap not in JOINERS or is_another:
            yield cluster
            cluster = []
        if not is_another:
            cluster.append(word)
    yield cluster


def name_words(text: str) -> tuple[str, ...]:
    """The folded words of a text that are neither about numbers nor usual in payments: names, perhaps."""
    words = (word for word in folded(text).split() if word.isalpha() and word not in CONNECTING_WORDS | COURTESIES)
    return tuple(word for word in words if _called(word, Called.NOTHING) is Called.NOTHING)


def _words(text: str) -> Iterator[Word]:
    gap = ""
    for token in TOKENS.finditer(text):
        if token["gap"]:
            gap = token["gap"]
        elif number := NUMBER.fullmatch(token["word"]):
            yield Word(gap=gap, letters=number["letters"], digits=number["digits"])
        else:
            yield Word(gap=gap, letters=token["word"], digits="")


def _called_words(words: Iterable[Word]) -> Iterator[Word]:
    """A word names the numbers after it, up to the next word; a customer has one number, hyphens and all."""
    called, follows_number = Called.NOTHING, False
    for word in words:
        if called is Called.OTHER and follows_number and word.gap != "-":
            called = Called.NOTHING
        if word.letters:
            called = _called(folded(word.letters), called)
        follows_number = bool(word.digits)
        yield replace(word, called=called)


def _called(word: str, before: Called) -> Called:
    if word in CONNECTING_WORDS:
        return before
    return next((called for called, words in CALLING_WORDS.items() if words.fullmatch(word)), Called.NOTHING)
