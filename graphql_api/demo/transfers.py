"""What people pay by bank, and what they write: most of them right, some nearly, some so that only a person can tell."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from graphql_api.demo.bank_files import Transfer
from graphql_api.demo.claims import Claim
from graphql_api.demo.dice import die
from graphql_api.demo.tenants import Tenant

Write = Callable[[Claim, date], Transfer]

FILES_DAYS = 7  # bank files are of the last week


def exact(claim: Claim, on: date) -> Transfer:
    """As the invoice asks."""
    return _paid(claim, on, reference=claim.ocr, is_ocr=True)


def swapped(claim: Claim, on: date) -> Transfer:
    """Two digits in the wrong order."""
    return _paid(claim, on, reference=_swapped(claim.ocr))


def without_check_digit(claim: Claim, on: date) -> Transfer:
    return _paid(claim, on, reference=claim.ocr[:-1])


def in_words(claim: Claim, on: date) -> Transfer:
    """The invoice's number in a sentence."""
    return _paid(claim, on, reference=f"Faktura {claim.number}", text=claim.customer_name)


def customer_number_first(claim: Claim, on: date) -> Transfer:
    return _paid(claim, on, reference=f"KUND {claim.tenant.number + 10_000} FAKT {claim.number}")


def short_by_a_fee(claim: Claim, on: date) -> Transfer:
    """A bank kept something on the way."""
    fee = min(claim.total_cents // 10, 250 * claim.tenant.country.factor)
    return _paid(claim, on, cents=claim.total_cents - fee, text=f"{claim.number} {claim.customer_name}")


def by_somebody_else(claim: Claim, on: date) -> Transfer:
    """A member of the board pays from a private account."""
    return _paid(claim, on, reference=claim.customer_name[:25], name=claim.tenant.person(), bankgiro="")


def name_only(claim: Claim, on: date) -> Transfer:
    """No reference at all."""
    return _paid(claim, on, text="")


NOISE: tuple[tuple[Write, int], ...] = (
    (exact, 70), (swapped, 5), (without_check_digit, 5), (in_words, 6), (customer_number_first, 4), (short_by_a_fee, 3),
    (by_somebody_else, 3), (name_only, 4),
)  # fmt: skip


NEARLY = (without_check_digit, in_words, customer_number_first)
TODAYS = (exact, exact, without_check_digit)


def transfers(waiting: Sequence[Claim], *, federation: Tenant, how_many: int, today: date) -> list[Transfer]:
    """What the bank files of the last week say, oldest first. Of yesterday's crowns three wait, each with one answer.

    Today's are in a file that nobody has taken in yet.
    """
    ago = [today - timedelta(days=days) for days in range(FILES_DAYS)]
    clubs = list({claim.tenant.number: claim for claim in waiting if _is_swedish_clubs(claim)}.values())
    nearly, of_two, told, todays = clubs[:3], clubs[3:5], clubs[5:6], clubs[6:9]
    found = [write(claim, ago[1]) for write, claim in zip(NEARLY, nearly, strict=False)]
    found += _of_two(of_two, federation, ago[2])
    found += _hard_ones(federation, ago[3], today)
    found += [in_words(claim, max(claim.issued_on, ago[6])) for claim in told]
    found += [write(claim, today) for write, claim in zip(TODAYS, todays, strict=False)]
    taken = {claim.external_id for claim in (*nearly, *of_two, *told, *todays)}
    others = [claim for claim in waiting if claim.external_id not in taken][: how_many - len(found)]
    found += _noise(others, today)
    return sorted(found, key=lambda transfer: transfer.booked_on)


def _is_swedish_clubs(claim: Claim) -> bool:
    return claim.is_platforms and claim.tenant.country.currency == "SEK" and not claim.tenant.is_federation


def _noise(claims: Sequence[Claim], today: date) -> Iterator[Transfer]:
    """The first of each currency and all of yesterday are exact, the others as it comes."""
    draw, seen = die("transfers"), set[str]()
    yesterday = today - timedelta(days=1)
    for claim in claims:
        currency = claim.tenant.country.currency
        oldest = max(claim.issued_on + timedelta(days=1), today - timedelta(days=FILES_DAYS))
        on = oldest + timedelta(days=draw.randint(0, max(0, (yesterday - oldest).days)))
        [write] = draw.choices([write for write, _ in NOISE], [often for _, often in NOISE])
        yield (exact if on == yesterday or currency not in seen else write)(claim, on)
        seen.add(currency)


def _of_two(claims: Sequence[Claim], federation: Tenant, on: date) -> Iterator[Transfer]:
    """A federation pays for two of its clubs in one sum, and takes a credit note off."""
    if len(claims) <= 1:
        return
    bankgiro = (federation.bankgiro or "").replace("-", "")
    yield Transfer(
        cents=sum(claim.total_cents for claim in claims),
        currency="SEK",
        booked_on=on,
        reference="+".join(claim.number for claim in claims),
        also=[claim.ocr for claim in claims],
        text="Avser två klubbar",
        name=federation.name,
        bankgiro=bankgiro,
        town=federation.place,
    )
    yield Transfer(
        cents=5_000,
        currency="SEK",
        booked_on=on,
        reference="Kreditfaktura",
        name=federation.name,
        bankgiro=bankgiro,
        deducted=True,
    )


def _hard_ones(federation: Tenant, on: date, today: date) -> Iterator[Transfer]:
    """Nobody can tell from the file alone whose they are."""
    yield Transfer(cents=35_000, currency="SEK", booked_on=on, reference="Medlemsavgift", name=federation.person())
    yield Transfer(
        cents=9_900, currency="SEK", booked_on=on, reference=f"ORDER {today:%y}88123456", name="Provbolaget Handel AB",
        bankgiro="3783511", town="Provstad",
    )  # fmt: skip
    yield Transfer(cents=67_375, currency="SEK", booked_on=on, text="Boule")
    yield Transfer(cents=4_000, currency="EUR", booked_on=on, text="Jäsenmaksu", name="Testi Maksaja")


def _paid(
    claim: Claim,
    on: date,
    *,
    cents: int | None = None,
    reference: str = "",
    is_ocr: bool = False,
    text: str = "",
    name: str | None = None,
    bankgiro: str | None = None,
) -> Transfer:
    own = claim.tenant.bankgiro if claim.is_platforms else None
    return Transfer(
        cents=cents or claim.total_cents,
        currency=claim.tenant.country.currency,
        booked_on=on,
        reference=reference,
        is_ocr=is_ocr,
        text=text,
        name=claim.customer_name if name is None else name,
        bankgiro=((own or "") if bankgiro is None else bankgiro).replace("-", ""),
        town=claim.tenant.place,
        owed=not claim.is_platforms,
    )


def _swapped(reference: str) -> str:
    """Two neighbouring digits that differ change places."""
    places = [
        n for n in range(len(reference) - 1) if reference[n] != reference[n + 1] and reference[n : n + 2].isdigit()
    ]
    at = places[len(places) // 2]
    return f"{reference[:at]}{reference[at + 1]}{reference[at]}{reference[at + 2 :]}"
