"""Federations and clubs: who they are, and since when."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import log

from stdnum import luhn
from stdnum.dk import cvr
from stdnum.no import orgnr

from graphql_api.demo.countries import COUNTRIES, Country
from graphql_api.demo.dice import die
from graphql_api.demo.months import first_of_month, months_after
from graphql_api.demo.scale import Scale

MONTHS = 24
GROWTH = 1.045  # of the number of tenants, a month
FEDERATION_EVERY = 17
FOUNDED = range(1968, 2019)


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """Tenant `number` of the demo; everything about it follows from the number and today."""

    number: int
    country: Country
    started_on: date

    @cached_property
    def draw(self) -> random.Random:
        return die("tenant", self.number)

    @property
    def external_id(self) -> str:
        return f"demo-{self.number:05}"

    @property
    def is_federation(self) -> bool:
        return self.number % FEDERATION_EVERY == 0

    @property
    def _turn(self) -> tuple[int, int]:
        """How often all places of the country were taken before, and which place it is now."""
        rank = self.number * COUNTRIES.count(self.country) // len(COUNTRIES)
        return divmod(rank, len(self.country.places))

    @cached_property
    def place(self) -> str:
        return self.country.places[self._turn[1]]

    @cached_property
    def name(self) -> str:
        if self.is_federation:
            rank, names = self.number // FEDERATION_EVERY, self.country.federations
            return names[rank % len(names)] + _founded(rank // len(COUNTRIES))
        turn, place = self._turn
        forms = self.country.forms
        return forms[(place + turn) % len(forms)].format(self.place) + _founded(turn // len(forms))

    @cached_property
    def email(self) -> str:
        plain = unicodedata.normalize("NFKD", self.name.lower().replace("ø", "o").replace("æ", "ae"))
        slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " * (c == " ") for c in plain).split())
        return f"kassa@{slug}.example"

    @cached_property
    def organisation_number(self) -> str:
        match self.country.code:
            case "SE":
                body = f"80{self.number:07}"
                return f"{body[:6]}-{body[6:]}{luhn.calc_check_digit(body)}"
            case "NO":
                return next(n for n in _from(91_000_000 + self.number) if orgnr.is_valid(n))
            case "DK":
                return next(n for n in _from(1_000_000 + self.number) if cvr.is_valid(n))
        return f"{1_000_000 + self.number * 13}-{self.number % 10}"

    @cached_property
    def bankgiro(self) -> str | None:
        """Swedish clubs have one."""
        if self.country.code != "SE":
            return None
        body = f"{500_000 + self.number}"
        digits = body + luhn.calc_check_digit(body)
        return f"{digits[:3]}-{digits[3:]}"

    def person(self) -> str:
        """Somebody of the country: a name put together."""
        heads, tails = self.country.last_names
        draw = self.draw
        return f"{draw.choice(self.country.first_names)} {draw.choice(heads)}{draw.choice(tails)}"

    def row(self) -> dict[str, object]:
        draw = die("address", self.number)
        return {
            "external_id": self.external_id,
            "name": self.name,
            "country": self.country.code,
            "currency": self.country.currency,
            "created_on": self.started_on,
            "email": self.email,
            "language": self.country.language,
            "organisation_number": self.organisation_number,
            "bankgiro": self.bankgiro,
            "street": f"{draw.choice(self.country.streets)} {draw.randint(1, 60)}",
            "post_code": f"{draw.randint(10_000, 98_999)}"[: 4 if self.country.code in {"NO", "DK"} else 5],
            "town": self.place,
        }


def tenant(number: int, *, scale: Scale, today: date) -> Tenant:
    """The tenants come in the order of their numbers, ever more of them a month, the last ones this month."""
    first = scale.tenants / GROWTH**MONTHS
    month = 0 if number < first else min(MONTHS, int(log((number + 1) / first) / log(GROWTH)) + 1)
    begin = months_after(first_of_month(today), month - MONTHS)
    days = today.day if month == MONTHS else 28
    country = COUNTRIES[number % len(COUNTRIES)]
    return Tenant(number=number, country=country, started_on=begin + timedelta(days=number * 11 % days))


def _founded(turn: int) -> str:
    """What tells clubs of one name apart: the year in which they were founded."""
    return f" {FOUNDED[turn * 7 % len(FOUNDED)]}" if turn else ""


def _from(number: int) -> "map[str]":
    """Nine-digit candidates for a number with a check digit, all on the body `number`."""
    return map(str, range(number * 10, number * 10 + 1_000))
