"""The open invoices of the frozen matching set: clubs, their members and what is owed, from one seed.

Frozen before the matcher was tuned; it knows nothing of the matcher. All names are put together from syllables.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum import luhn

TODAY = date(2026, 11, 2)

TOWN_HEADS = (
    "Ek Björk Sjö Älv Ås Norr Söder Väster Öster Lind Sten Berg Hol Kvarn Mar Rön Hed Furu Gran Ör Skär Tall".split()
)
TOWN_TAILS = "by hamn vik sund torp köping berga hult ryd näs holm stad fors lunda mo åker".split()
CLUBS = (
    "{} Boule",
    "{} BK",
    "{} Pétanqueklubb",
    "Boulesällskapet {}",
    "{}s Bouleförening",
    "IF {}",
    "{} Petanque ry",
    "{} Idrottsförening",
    "{} Boule AB",
    "{} Petanque ASA",
)
FIRST_NAMES = (
    "Anna Anders Åsa Åke Björn Britta Cecilia Dagny David Elin Elsa Erik Eva Fröja Gösta Greta Göran Hanna Hans Hjördis "
    "Ingvar Inga Jan Johan Jörgen Karin Karl Kerstin Lars Lena Linnéa Malin Märta Nils Olof Ove Örjan Per Pär Petra Ragnar "
    "Réne Signe Sören Stina Tage Tove Ulla Ulf Viktor Vera Zoë Mikko Päivi Øyvind Kåre Søren Mette Jürgen André"
).split()
LAST_HEADS = (
    "Ek Berg Lind Ström Sjö Holm Åker Öst Väst Norr Sand Sten Gran Hög Käll Löv Möll Näs Rön Skog Äng Dal".split()
)
LAST_TAILS = "ström berg gren lund kvist man dahl stedt blad mark by vall fors qvist én".split()
PATRONYMICS = "Andersson Svensson Öberg Åkesson Jönsson Pettersson Persson Karlsson Nilsson Hansen Mäkinen Sørensen Müller".split()
FEES_CENTS = (35_000, 45_000, 45_000, 50_000, 60_000, 75_000, 120_000)
PLAN_PRICES_CENTS = (99_000, 123_750, 248_750, 498_750, 623_750)


@dataclass(frozen=True, slots=True, kw_only=True)
class Club:
    id: int
    name: str
    currency: str
    fee_cents: int
    numbers_by_year: bool
    bankgiro: str | None
    payee: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """`customer_number` is what members confuse with the invoice's number; `platform` where the club itself owes."""

    id: int
    number: str
    ocr: str
    currency: str
    outstanding_cents: int
    issued_on: date
    due_on: date
    customer_name: str
    customer_number: str
    club: Club
    platform: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    clubs: Sequence[Club]
    invoices: Sequence[OpenInvoice]


def ocr_of(number: str) -> str:
    """Number, length digit (counting both digits to come), check digit: as an agreement with variable length wants it."""
    body = f"{number}{(len(number) + 2) % 10}"
    return body + luhn.calc_check_digit(body)


def world(seed: int, *, invoices: int = 20_000) -> World:
    """`invoices` open invoices of one club for every fifty; the same seed gives the same world."""
    rng = Random(f"open invoices {seed}")
    clubs = [_club(rng, number) for number in range(max(8, invoices // 50))]
    series: Counter[int] = Counter()
    listed: list[OpenInvoice] = []
    number = 140_000
    while len(listed) < invoices:
        club = rng.choice(clubs)
        customer, platform = (club.name, True) if rng.random() < 0.12 else (person(rng), False)
        for amount in _owed(rng, club, platform=platform):
            number += rng.choice((1, 1, 1, 1, 2, 3))
            series[club.id] += rng.choice((1, 1, 2))
            own = f"{TODAY.year}-{series[club.id]:04d}" if club.numbers_by_year and not platform else str(number)
            listed.append(
                _invoice(
                    rng,
                    id=len(listed),
                    number=own,
                    serial=number,
                    club=club,
                    customer=customer,
                    amount=amount,
                    platform=platform,
                )
            )
    return World(clubs=clubs, invoices=listed[:invoices])


def person(rng: Random) -> str:
    last = rng.choice(PATRONYMICS) if rng.random() < 0.25 else rng.choice(LAST_HEADS) + rng.choice(LAST_TAILS)
    return f"{rng.choice(FIRST_NAMES)} {last}"


def club_name(rng: Random) -> str:
    return rng.choice(CLUBS).format(rng.choice(TOWN_HEADS) + rng.choice(TOWN_TAILS))


def bankgiro(rng: Random) -> str:
    body = str(rng.randrange(500_000, 5_999_999))
    return body + luhn.calc_check_digit(body)


def _club(rng: Random, number: int) -> Club:
    return Club(
        id=number,
        name=club_name(rng),
        currency=rng.choices(("SEK", "EUR", "NOK"), (86, 9, 5))[0],
        fee_cents=rng.choice(FEES_CENTS),
        numbers_by_year=rng.random() < 0.3,
        bankgiro=bankgiro(rng) if rng.random() < 0.5 else None,
        payee=bankgiro(rng) if rng.random() < 0.1 else None,
    )


def _owed(rng: Random, club: Club, *, platform: bool) -> list[int]:
    """What one customer owes: one to three invoices, annual fees all alike within a club."""
    if platform:
        return [rng.choice(PLAN_PRICES_CENTS)]
    first = club.fee_cents if rng.random() < 0.7 else rng.randrange(10_000, 500_000, 25)
    more = [rng.randrange(10_000, 500_000, 25) for _ in range(rng.choices((0, 1, 2), (80, 15, 5))[0])]
    return [first, *more]


def _invoice(
    rng: Random, *, id: int, number: str, serial: int, club: Club, customer: str, amount: int, platform: bool
) -> OpenInvoice:
    issued_on = TODAY - timedelta(days=rng.choices((10, 30, 60, 120, 300), (20, 40, 20, 15, 5))[0] + rng.randrange(8))
    return OpenInvoice(
        id=id,
        number=number,
        ocr=ocr_of(str(serial)),
        currency=club.currency,
        outstanding_cents=amount,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        customer_name=customer,
        customer_number=str(rng.randrange(100, 19_999)),
        club=club,
        platform=platform,
    )
