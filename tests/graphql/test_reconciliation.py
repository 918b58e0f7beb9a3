"""Reconciliation through the API: a gateway's own lines held against the ledger, as a finance person asks for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from billing.journals import MovementRef, PaymentRef, charged, payout_arrived, refunded
from billing.money import Money
from graphql_api.wiring import Wiring
from procedures import reconcile as procedure
from providers.ledger_lines import LedgerLine, MovementKind
from schema.ids import to_global
from storage.engine import Database
from tests.books import LittleBooks
from tests.graphql.api import Api, served
from tests.graphql.test_close_month import CLOSE
from tests.refunds.gateway import Gateway, registry_of

ASKED = {"provider": "sandbox", "from": "2026-11-01", "to": "2026-11-15"}
DAY = date(2026, 11, 10)
RECONCILIATION = """
query ($provider: String!, $from: Date!, $to: Date!, $state: [LineState!], $first: Int! = 100, $after: String) {
  reconciliation(provider: $provider, from: $from, to: $to) {
    provider from to computedAt syncedThrough toleranceCents hasDrift
    currencies { currency providerTotal { amountCents currency } ledgerTotal { amountCents } drift { amountCents }
      timing { amountCents } unexplained { amountCents } exceedsTolerance
      byKind { kind providerTotal { amountCents } ledgerTotal { amountCents } drift { amountCents } timing { amountCents }
               unexplained { amountCents } exceedsTolerance } }
    lines(state: $state, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { state kind occurredOn providerReference providerAmount { amountCents currency } ledgerAmount { amountCents }
              payment { id } } } } }"""


@dataclass(kw_only=True)
class Till:
    """A gateway and the books beside it: what is charged stands in one, in the other, or in both."""

    little: LittleBooks
    gateway: Gateway
    club: UUID
    numbers: int = 0

    def charge(
        self,
        cents: int = 100_00,
        *,
        theirs: int | None = None,
        fee: int = 0,
        on: date = DAY,
        told_on: date | None = None,
    ) -> str:
        """A charge on both sides; `theirs`: the provider's amount where it differs. Gives its reference."""
        reference = self.booked(cents, fee=fee, on=on)
        self.told("CHARGE", cents if theirs is None else theirs, reference, on=told_on or on)
        if fee:
            self.told("FEE", -fee, reference, on=told_on or on)
        return reference

    def booked(self, cents: int, *, fee: int = 0, on: date = DAY, reference: str | None = None) -> str:
        self.numbers += 1
        reference = reference or f"ch_{self.numbers}"
        payment = self.little.payment(
            self.club, None, cents, provider_reference=reference, fee_cents=fee, paid_at=noon(on)
        )  # fmt: skip
        self.little._post(charged(ref(payment, self.club, reference, cents, on), fee_cents=fee))
        return reference

    def told(
        self,
        kind: str,
        cents: int,
        subject: str | None,
        *,
        on: date = DAY,
        currency: str = "SEK",
        of: str | None = None,
        presented: Money | None = None,
    ) -> str:
        """A line of the gateway's; `of`: the charge that it is about."""
        self.numbers += 1
        line = LedgerLine(
            reference=f"txn_{self.numbers}", kind=MovementKind[kind], amount=Money(cents, currency), occurred_at=noon(on),
            description=kind.title(), subject_reference=subject, payment_references=(of,) if of else (), presented=presented,
        )  # fmt: skip
        self.gateway.movements.append(line)
        return line.reference

    def refunded(self, charge: str, cents: int, *, on: date = DAY, reference: str = "re_1") -> None:
        """A refund that is booked."""
        [payment] = self.little.one("select id from payment where provider_reference = %s", charge)
        refund = uuid7()
        self.little._insert(
            "refund", id=refund, payment_id=payment, amount_cents=cents, surplus_cents=cents, tax_cents=0,
            status="SUCCEEDED", actor="a@b.se", reason="Twice", provider_reference=reference, created_at=noon(on),
        )  # fmt: skip
        facts = ref(payment, self.club, reference, cents, on)
        self.little._post(refunded(facts, refund_id=refund, surplus_cents=cents, parts=(), on=on))


def ref(payment: UUID, club: UUID, reference: str, cents: int, on: date) -> PaymentRef:
    return PaymentRef(
        id=payment, tenant_id=club, currency="SEK", allocated_cents=0, credited_cents=cents, occurred_on=on,
        provider="sandbox", provider_reference=reference,
    )  # fmt: skip


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def api(
    database: Database, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Api]:
    """The whole service, with a gateway that only this test knows."""
    monkeypatch.setattr(
        Wiring, "of", classmethod(lambda cls, settings, database: cls(settings, database, registry_of(gateway)))
    )
    async with served(database, tmp_path) as made:
        yield made


@pytest.fixture
def till(little: LittleBooks, gateway: Gateway) -> Till:
    return Till(little=little, gateway=gateway, club=little.tenant())


async def reconciled(api: Api, **variables: Any) -> Any:
    return (await api.ask(RECONCILIATION, **ASKED | variables))["reconciliation"]


def lines(told: Any) -> list[tuple[Any, ...]]:
    """State, kind, reference, the provider's and the ledger's amount."""
    return [
        (line["state"], line["kind"], line["providerReference"], *(
            line[side] and line[side]["amountCents"] for side in ("providerAmount", "ledgerAmount")))
        for line in told["lines"]["nodes"]
    ]  # fmt: skip


def figures(told: Any) -> list[tuple[Any, ...]]:
    """Kind, the provider's total, the ledger's, drift, timing, unexplained, and whether it is too much."""
    names = ("providerTotal", "ledgerTotal", "drift", "timing", "unexplained")
    return [
        (kind["kind"], *(kind[name]["amountCents"] for name in names), kind["exceedsTolerance"])
        for currency in told["currencies"]
        for kind in currency["byKind"]
    ]


async def test_what_both_sides_hold_is_matched_by_reference_and_kind(api: Api, till: Till) -> None:
    charge = till.charge(100_00, fee=2_50)
    till.refunded(charge, 30_00)
    till.told("REFUND", -30_00, "re_1")
    told = await reconciled(api)
    assert sorted(lines(told)) == [
        ("MATCHED", "CHARGE", charge, 100_00, 100_00),
        ("MATCHED", "FEE", charge, -2_50, -2_50),
        ("MATCHED", "REFUND", "re_1", -30_00, -30_00),
    ]
    assert figures(told) == [
        ("CHARGE", 100_00, 100_00, 0, 0, 0, False),
        ("FEE", -2_50, -2_50, 0, 0, 0, False),
        ("REFUND", -30_00, -30_00, 0, 0, 0, False),
    ]
    [currency] = told["currencies"]
    assert (currency["currency"], currency["providerTotal"]) == ("SEK", {"amountCents": 67_50, "currency": "SEK"})
    assert (told["hasDrift"], told["toleranceCents"], told["provider"], told["from"], told["to"]) == (
        False, 100, "sandbox", "2026-11-01", "2026-11-15")  # fmt: skip
    assert told["computedAt"] == "2026-11-20T12:00:00Z"
    assert {line["payment"]["id"] for line in told["lines"]["nodes"]} == {
        to_global("Payment", till.little.one("select id from payment")[0])}  # fmt: skip


async def test_what_settles_in_another_currency_is_held_against_what_was_settled(api: Api, till: Till) -> None:
    charge = till.booked(100_00, fee=2_00)
    till.told("CHARGE", 8_80, charge, currency="EUR", presented=Money(100_00, "SEK"))
    till.gateway.movements.append(
        replace(till.gateway.movements[-1], kind=MovementKind.FEE, amount=Money(-17, "EUR"), presented=None)
    )

    told = await reconciled(api)

    assert sorted(lines(told)) == [("MATCHED", "CHARGE", charge, 8_80, 8_80), ("MATCHED", "FEE", charge, -17, -17)]
    assert [currency["currency"] for currency in told["currencies"]] == ["EUR"]
    assert told["hasDrift"] is False


async def test_a_charge_that_settles_for_another_payment_than_is_booked_is_drift_in_both_currencies(
    api: Api, till: Till
) -> None:
    charge = till.booked(100_00)
    till.told("CHARGE", 8_80, charge, currency="EUR", presented=Money(90_00, "SEK"))

    told = await reconciled(api)

    assert sorted(lines(told), key=str) == [
        ("MISSING_AT_PROVIDER", "CHARGE", charge, None, 100_00),
        ("MISSING_IN_LEDGER", "CHARGE", charge, 8_80, None),
    ]
    assert told["hasDrift"] is True


async def test_what_one_side_lacks_is_named_with_its_amount(api: Api, till: Till) -> None:
    till.told("CHARGE", 40_00, "ch_unknown")
    till.booked(70_00, reference="ch_ours")
    nameless = till.told("UNCLASSIFIED", -5_00, None)
    told = await reconciled(api)
    assert sorted(lines(told)) == [
        ("MISSING_AT_PROVIDER", "CHARGE", "ch_ours", None, 70_00),
        ("MISSING_IN_LEDGER", "CHARGE", "ch_unknown", 40_00, None),
        ("MISSING_IN_LEDGER", "UNCLASSIFIED", nameless, -5_00, None),
    ]
    assert figures(told) == [
        ("CHARGE", 40_00, 70_00, -30_00, 0, -30_00, True),
        ("UNCLASSIFIED", -5_00, 0, -5_00, 0, -5_00, True),
    ]
    assert told["hasDrift"] is True


async def test_two_errors_that_cancel_each_other_out_are_still_two_errors(api: Api, till: Till) -> None:
    till.charge(100_00, theirs=101_01)
    till.charge(100_00, theirs=98_99)
    told = await reconciled(api)
    assert [line[0] for line in lines(told)] == ["AMOUNT_DIFFERS", "AMOUNT_DIFFERS"]
    assert figures(told) == [("CHARGE", 200_00, 200_00, 0, 0, 0, True)]
    assert (told["hasDrift"], told["currencies"][0]["exceedsTolerance"]) == (True, True)


@pytest.mark.parametrize(("off", "too_much"), [(1_00, False), (1_01, True), (-1_00, False), (-1_01, True)])
async def test_a_line_may_be_off_by_the_tolerance_and_not_a_cent_more(
    api: Api, till: Till, off: int, too_much: bool
) -> None:
    till.charge(100_00, theirs=100_00 + off)
    told = await reconciled(api)
    assert [line[0] for line in lines(told)] == ["AMOUNT_DIFFERS"]
    assert told["hasDrift"] is too_much


async def test_a_line_that_the_other_side_has_on_a_day_outside_is_timing(api: Api, till: Till) -> None:
    late = till.charge(100_00, on=date(2026, 11, 15), told_on=date(2026, 11, 16))
    early = till.charge(60_00, on=date(2026, 11, 1), told_on=date(2026, 10, 31))
    told = await reconciled(api)
    assert lines(told) == [("TIMING", "CHARGE", early, 60_00, 60_00), ("TIMING", "CHARGE", late, 100_00, 100_00)]
    assert figures(told) == [("CHARGE", 0, 160_00, -160_00, -160_00, 0, False)]
    assert told["hasDrift"] is False


async def test_a_second_line_of_the_same_is_a_duplicate_on_whichever_side(api: Api, till: Till) -> None:
    twice_there = till.charge(100_00)
    till.told("CHARGE", 100_00, twice_there)
    told = await reconciled(api)
    assert sorted(lines(told)) == [
        ("DUPLICATE", "CHARGE", twice_there, 100_00, None),
        ("MATCHED", "CHARGE", twice_there, 100_00, 100_00),
    ]
    assert figures(told) == [("CHARGE", 200_00, 100_00, 100_00, 0, 100_00, True)]


async def test_a_payout_is_held_against_its_arrival_at_the_bank(api: Api, till: Till) -> None:
    for name, day in (
        ("po_arrived", date(2026, 11, 2)),
        ("po_lost", date(2026, 11, 3)),
        ("po_going", date(2026, 11, 14)),
    ):
        till.told("PAYOUT", -500_00, name, on=day)
    movement = MovementRef(
        id=uuid7(), cents=-500_00, currency="SEK", occurred_on=date(2026, 11, 4), provider="sandbox",
        reference="po_arrived",
    )  # fmt: skip
    till.little._post(payout_arrived(movement))
    told = await reconciled(api)
    assert lines(told) == [
        ("MATCHED", "PAYOUT", "po_arrived", -500_00, -500_00),
        ("MISSING_IN_LEDGER", "PAYOUT", "po_lost", -500_00, None),
        ("TIMING", "PAYOUT", "po_going", -500_00, None),
    ]
    assert figures(told) == [("PAYOUT", -1500_00, -500_00, -1000_00, -500_00, -500_00, True)]


async def test_a_payout_that_came_back_is_explained_without_an_arrival(api: Api, till: Till) -> None:
    till.told("PAYOUT", -500_00, "po_1", on=date(2026, 11, 2))
    till.told("PAYOUT", 500_00, "po_1", on=date(2026, 11, 4))
    told = await reconciled(api)
    assert lines(told) == [
        ("MATCHED", "PAYOUT", "po_1", -500_00, -500_00), ("MATCHED", "PAYOUT", "po_1", 500_00, 500_00)]  # fmt: skip
    assert till.little.balance("1589") == 0


async def test_amounts_of_different_currencies_never_meet(api: Api, till: Till) -> None:
    charge = till.booked(100_00)
    till.told("CHARGE", 9_00, charge, currency="EUR")
    told = await reconciled(api)
    assert [(one["currency"], one["drift"]["amountCents"]) for one in told["currencies"]] == [
        ("EUR", 9_00), ("SEK", -100_00)]  # fmt: skip
    assert {line[0] for line in lines(told)} == {"MISSING_IN_LEDGER", "MISSING_AT_PROVIDER"}


async def test_lines_are_filtered_by_state_and_paged(api: Api, till: Till) -> None:
    for day in range(2, 7):
        till.charge(100_00 + day, on=date(2026, 11, day))
    till.told("CHARGE", 1_00, "ch_unknown")
    page = (await reconciled(api, state=["MATCHED"], first=3))["lines"]
    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (5, 3, True)
    cursor = page["pageInfo"]["endCursor"]
    rest = (await reconciled(api, state=["MATCHED"], first=3, after=cursor))["lines"]
    assert [one["occurredOn"] for one in page["nodes"] + rest["nodes"]] == [f"2026-11-0{day}" for day in range(2, 7)]
    assert [line[0] for line in lines(await reconciled(api, state=["MISSING_IN_LEDGER"]))] == ["MISSING_IN_LEDGER"]
    assert (await api.refused(RECONCILIATION, **ASKED, first=3, after=cursor))[0] == "BAD_USER_INPUT"


async def test_figures_and_lines_are_those_of_the_same_moment_for_an_hour(api: Api, till: Till) -> None:
    till.charge(100_00)
    before = await reconciled(api)
    till.charge(50_00)
    again = await reconciled(api)
    assert again == before
    assert len(lines(await reconciled(api, to="2026-11-16"))) == 2


async def test_days_that_the_provider_was_not_asked_about_are_fetched(api: Api, till: Till, gateway: Gateway) -> None:
    till.charge(100_00)
    told = await reconciled(api)
    assert told["syncedThrough"] == "2026-11-18T23:00:00Z"
    assert gateway.calls == [("lines", "2026-10-28T23:00:00+00:00/2026-11-18T23:00:00+00:00")]
    await reconciled(api, **{"from": "2026-11-10", "to": "2026-11-12"})
    assert len(gateway.calls) == 1
    await reconciled(api, **{"from": "2026-10-30", "to": "2026-11-20"})
    assert gateway.calls[1:] == [
        ("lines", "2026-10-26T23:00:00+00:00/2026-10-28T23:00:00+00:00"),
        ("lines", "2026-11-18T23:00:00+00:00/2026-11-20T12:00:00+00:00"),
    ]


async def test_a_provider_that_is_slow_leaves_an_answer_that_says_what_is_known(
    api: Api, till: Till, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procedure, "FETCHED_SECONDS", 0.05)
    gateway.around = stuck
    ours = till.booked(100_00)
    told = await reconciled(api)
    assert (told["syncedThrough"], told["hasDrift"]) == (None, False)
    assert lines(told) == [("TIMING", "CHARGE", ours, None, 100_00)]


async def stuck(_where: str) -> None:
    raise TimeoutError


async def test_entries_of_days_that_are_not_known_yet_are_not_called_missing(api: Api, till: Till) -> None:
    today = till.booked(100_00, on=date(2026, 11, 20))
    yesterday = till.booked(90_00, on=date(2026, 11, 19))
    assert sorted(lines(await reconciled(api, to="2026-11-20"))) == [
        ("MISSING_AT_PROVIDER", "CHARGE", yesterday, None, 90_00),
        ("TIMING", "CHARGE", today, None, 100_00),
    ]


async def test_a_charge_that_is_not_booked_leads_to_its_payment(api: Api, till: Till) -> None:
    payment = till.little.payment(till.club, None, 40_00, provider_reference="ch_pending", outcome="PENDING")
    till.told("CHARGE", 40_00, "ch_pending")
    [line] = (await reconciled(api))["lines"]["nodes"]
    assert (line["state"], line["payment"]["id"]) == ("MISSING_IN_LEDGER", to_global("Payment", payment))


@pytest.mark.parametrize(
    ("variables", "code", "message"),
    [
        ({"provider": "acme"}, "PROVIDER_UNKNOWN", "There is no provider acme. There are: sandbox, listing, unset."),
        (
            {"provider": "unset"},
            "PROVIDER_NOT_CONFIGURED",
            "Provider unset cannot be used. Not set: BILLING_UNSET_KEY.",
        ),
        (
            {"provider": "listing"},
            "BAD_USER_INPUT",
            "Provider listing lists no ledger of its own and reads no bank files.",
        ),
        ({"from": "2026-11-16"}, "BAD_USER_INPUT", "The window ends on 2026-11-15, before it begins on 2026-11-16."),
        (
            {"to": "2026-11-21"},
            "BAD_USER_INPUT",
            "The window ends on 2026-11-21, but today is 2026-11-20: there are no figures of later days.",
        ),
        ({"from": "0001-01-01"}, "BAD_USER_INPUT", None),
        ({"to": "9999-12-31"}, "BAD_USER_INPUT", None),
        ({"provider": ""}, "PROVIDER_UNKNOWN", None),
        ({"first": 201}, "BAD_USER_INPUT", None),
        ({"after": "nonsense"}, "BAD_USER_INPUT", None),
    ],
)
async def test_what_cannot_be_reconciled_is_refused(
    api: Api, gateway: Gateway, variables: dict[str, Any], code: str, message: str | None
) -> None:
    told = await api.refused(RECONCILIATION, **ASKED | variables)
    assert told == (code, message or told[1])


async def test_the_route_says_503_for_a_provider_without_credentials_and_does_not_remember_it(
    api: Api, till: Till
) -> None:
    till.charge(100_00)
    headers = {"authorization": f"Bearer {api.token()}"}
    path = "/sys/billing/reconciliation?from=2026-11-01&to=2026-11-15"
    answers = [
        await api.client.get(f"{path}&provider={name}", headers=headers) for name in ("unset", "acme", "sandbox")
    ]
    assert [answer.status_code for answer in answers] == [503, 404, 200]
    assert answers[0].json()["error"]["code"] == "PROVIDER_NOT_CONFIGURED"
    body = answers[2].json()
    assert (body["has_drift"], body["lines"]["nodes"][0]["state"]) == (False, "MATCHED")
    assert body["currencies"][0]["by_kind"][0]["provider_total"] == {"amount_cents": 100_00, "currency": "SEK"}


async def test_a_reversed_refund_and_its_return_are_two_matched_lines(api: Api, till: Till) -> None:
    charge = till.charge(100_00)
    till.refunded(charge, 30_00)
    till.told("REFUND", -30_00, "re_1", of=charge)
    till.told("REFUND", 30_00, "re_1", on=DAY + timedelta(days=1), of=charge)
    told = await reconciled(api, to="2026-11-20")
    assert ("MATCHED", "REFUND", "re_1", 30_00, 30_00) in lines(told)
    assert told["hasDrift"] is False


async def test_a_month_of_which_the_provider_could_not_be_asked_is_closed_only_on_ones_own_word(
    api: Api, gateway: Gateway, little: LittleBooks
) -> None:
    gateway.around = stuck
    october = {"month": "2026-10-01", "reason": "October is complete"}
    _, message = await api.refused(CLOSE, input=october)
    assert "Not all lines of sandbox of 2026-10 are known: it could not be asked." in message
    assert little.one("select count(*) from closed_month") == (0,)
    gateway.around = None
    await api.ask(CLOSE, input=october)


async def test_the_tolerance_is_a_setting(
    api: Api, till: Till, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.charge(100_00, theirs=100_01)
    assert (await reconciled(api))["hasDrift"] is False
    monkeypatch.setenv("BILLING_RECONCILIATION_TOLERANCE_CENTS", "0")
    async with served(database, tmp_path) as strict:
        told = await reconciled(strict)
    assert (told["hasDrift"], told["toleranceCents"]) == (True, 0)
