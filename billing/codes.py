"""The codes of currencies (ISO 4217) and countries (ISO 3166-1 alpha-2) that the books know."""

from typing import Final

from babel.core import Locale, get_global
from babel.numbers import list_currencies

CURRENCIES: Final = frozenset(list_currencies())
"""Withdrawn currencies too: old invoices keep theirs."""

# CLDR also knows reserved, withdrawn and user-assigned territory codes; none of them is a country of the standard.
_NOT_COUNTRIES: Final = frozenset("AC BU CP CS DD DG EA EU IC SU TA TP XK YD YU ZR ZZ".split())

COUNTRIES: Final = frozenset(get_global("territory_currencies")) - _NOT_COUNTRIES

_ENGLISH: Final = Locale("en")


def country_name(code: str) -> str:
    """What a country is called in English, e.g. Sweden; the code itself where nobody knows it."""
    return str(_ENGLISH.territories.get(code, code))
