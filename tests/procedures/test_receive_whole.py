"""A bank file is booked whole or not at all: whatever is wrong with it, whatever dies, and whoever comes at the same time."""

import json
import os
import tracemalloc
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep
from typing import Any, BinaryIO

import psycopg
import pytest

from billing.money import Money
from billing.ocr import ocr_of
from procedures.receive_transfers import Received
from procedures.receive_transfers.staging import stage
from providers import (
    BankFileInvalid,
    Debit,
    Item,
    StatementBalance,
    Warning,  # noqa: A004 - the contract's word
)
from providers.registry import ProviderUnknown
from storage.engine import Database
from tests.books import NOW, LittleBooks
from tests.logs import capturing
from tests.procedures.intake import DAY, Partner, assert_sound, by_ocr, counts, deposit, partner_items, received
from tests.providers.bank_files import Paid, PaidIn, bgmax, camt054, many

OCR = ocr_of("145488")
SAMPLES = os.environ.get("BANK_SAMPLES")
GOOD = PaidIn(payments=[by_ocr(125_000, OCR), Paid(cents=45_000, code="0")], day=DAY)

UNREADABLE = {
    "a test file": (bgmax(GOOD, mark="T"), "test"),
    "an unknown format": (b"date;amount\n2026-11-19;1250\n", "no format known to bankgirot"),
    "an empty file": (b"", "it is empty"),
    "a file cut off": (bgmax(GOOD)[:-100], "Nothing was booked"),
    "XML cut off": (camt054(GOOD)[:-100], "Nothing was booked"),
    "totals that do not add up": (bgmax(GOOD).replace(b"000000000000170000", b"000000000000170001"), "Nothing was booked"),
}  # fmt: skip
BROKEN_PROMISES: dict[str, tuple[list[Item], str]] = {
    "a deposit that is not the sum of its payments": (
        [*partner_items(100, 200)[:2], deposit(299)],
        "deposit Deposit 1: it is of 2.99 SEK, but its payments add up to 3.00 SEK",
    ),
    "a payment in another currency than its deposit": (
        [*partner_items(300, currency="EUR")[:1], deposit(300)],
        "deposit Deposit 1: it is of 3.00 SEK, but its payments add up to 3.00 EUR",
    ),
    "payments of a deposit that never comes": (
        partner_items(100, 200)[:2],
        "deposit number 1: it is missing; there are payments of 3.00 SEK of it",
    ),
    "a deposit without an identity": (
        [*partner_items(100)[:1], deposit(100, identities=())],
        "deposit Deposit 1: it has no identity, so that it would be booked again when it comes again",
    ),
    "one identity for two deposits": (
        [*partner_items(100), *partner_items(100, number=2, identities=("d1", "d2"))],
        "identity d1: it is given 2 times",
    ),
    "a day years ahead": (
        [*partner_items(100)[:1], replace(deposit(100), booked_on=date(9999, 12, 31))],
        f"deposit Deposit 1: it is booked on 9999-12-31, which is later than {NOW.date() + timedelta(days=366)}",
    ),
    "a payment of nothing": (partner_items(0, 100), "payment 1: it cannot be of 0.00 SEK"),
    "more than can be booked": (
        partner_items(10**15, 100),
        f"payment 1: {Money(10**15, 'SEK')} is larger than any amount that can be booked",
    ),
    "more than can be added up": (
        [item for number in range(1, 13) for item in partner_items(9 * 10**17, number=number, identities=(f"d{number}",))],
        f"payment 1: {Money(9 * 10**17, 'SEK')} is larger than any amount that can be booked",
    ),
    "more than one file can bring": (
        partner_items(10**15 - 1, 1),
        f"file: its amounts add up to more than {Money(10**15 - 1, 'SEK')}, the most that one file can bring",
    ),
    "a debit that brings money": (
        [Debit(amount=Money(1, "SEK"), booked_on=DAY, reference="D", identities=("x",), description="", is_charge=True)],
        "charge D: it cannot be of 0.01 SEK",
    ),
}  # fmt: skip


def reading(*items: Any, ending: BaseException | None = None) -> Callable[[BinaryIO], Iterator[Any]]:
    """A reader that gives these items, and ends as `ending` does."""

    def read(_stream: BinaryIO) -> Iterator[Any]:
        yield from items
        if ending is not None:
            raise ending

    return read


async def read_later(_stream: BinaryIO) -> Any:
    yield deposit(100)


PAID, DEPOSITED = partner_items(100)
FAILING_READERS: dict[str, tuple[Callable[[BinaryIO], Any], str]] = {
    "raises": (reading(PAID, ending=ValueError("Anna")), "ValueError"),
    "raises at once": (lambda _: 1 // 0, "ZeroDivisionError"),
    "ends the process": (reading(PAID, DEPOSITED, ending=SystemExit(0)), "SystemExit"),
    "is cancelled": (reading(ending=CancelledError()), "CancelledError"),
    "gives nothing to go through": (lambda _: None, "TypeError"),
    "is asynchronous": (read_later, "TypeError"),
    "gives no item": (reading(PAID, "a payment"), "AssertionError"),
    "finds nothing": (lambda _: (_ for _ in ()).throw(BankFileInvalid([])), "IndexError"),
    "holds NUL in a payment": (reading(replace(PAID, message="A\0"), DEPOSITED), "DataError"),  # type: ignore[type-var]
    "holds NUL in a warning": (lambda _: [Warning(text="A\0")], "ValueError"),
    "warns of nothing": (lambda _: [Warning(text=None)], "TypeError"),  # type: ignore[arg-type]
    "has an amount that is none": (reading(replace(PAID, amount="1.00"), DEPOSITED), "AttributeError"),  # type: ignore[type-var]
    "has an amount of no currency": (reading(replace(PAID, amount=Money(100, None))), "NotNullViolation"),  # type: ignore[arg-type,type-var]
    "has a deposit of no day": (reading(PAID, replace(DEPOSITED, booked_on=None)), "CheckViolation"),  # type: ignore[type-var]
    "has an identity that is none": (reading(PAID, replace(DEPOSITED, identities=("d1", None))), "CheckViolation"),  # type: ignore[type-var]
    "has a balance of no account": (lambda _: [balance(None)], "TypeError"),
}  # fmt: skip


def balance(account: Any) -> StatementBalance:
    return StatementBalance(account=account, opening=Money(0, "SEK"), closing=Money(0, "SEK"), from_day=DAY, to_day=DAY)


@pytest.fixture
def untouched(little: LittleBooks) -> Iterator[None]:
    """An invoice that the file would pay; afterwards nothing in the books has moved."""
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    before = counts(little.connection)
    yield
    assert counts(little.connection) == before
    assert little.one("select paid_cents from invoice") == (0,)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("content", "what"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_not_what_it_says_books_nothing(database: Database, content: bytes, what: str) -> None:
    with pytest.raises(BankFileInvalid, match=what):
        received(database, content)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("items", "what"), BROKEN_PROMISES.values(), ids=BROKEN_PROMISES)
def test_a_reader_that_breaks_its_promises_books_nothing(database: Database, items: list[Item], what: str) -> None:
    with pytest.raises(BankFileInvalid) as refused:
        received(database, b"1", registry=Partner(items))

    assert what in refused.value.findings


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("read", "kind"), FAILING_READERS.values(), ids=FAILING_READERS)
def test_a_reader_that_fails_is_named_and_books_nothing(
    database: Database, read: Callable[[BinaryIO], Any], kind: str
) -> None:
    with capturing() as logged, pytest.raises(BankFileInvalid) as refused:
        received(database, b"1", registry=Partner(read=read))

    assert refused.value.findings == [f"provider partner: its reader failed with {kind}"]
    assert logged.events(f"the plugin of provider partner failed with {kind}")
    assert "Anna" not in logged.text


@pytest.mark.usefixtures("untouched")
def test_a_provider_that_is_not_there_books_nothing(database: Database) -> None:
    with pytest.raises(ProviderUnknown):
        received(database, bgmax(GOOD), provider="nobody")


class Dying(BytesIO):
    """A source during the reading of which something happens."""

    def __init__(self, content: bytes, happens: Callable[[], object]) -> None:
        super().__init__(content)
        self._happens = happens

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            self._happens()
        return super().read(size)


@pytest.mark.usefixtures("untouched")
def test_a_connection_that_dies_while_the_file_is_read_books_nothing(database: Database) -> None:
    def kill() -> None:
        with database.connect(autocommit=True) as killer:
            killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'copy staged%'"
            )

    with pytest.raises(psycopg.OperationalError):
        received(database, Dying(bgmax(*many(5_000)), kill))


@pytest.mark.parametrize("table", ["bank_file", "bank_identity", "payment", "journal", "accounting_entry"])
def test_a_connection_that_dies_at_any_step_books_nothing_and_the_file_can_come_again(
    database: Database, little: LittleBooks, owner: psycopg.Connection[Any], table: str
) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    before = counts(little.connection)
    owner.execute(
        "create function die() returns trigger language plpgsql as"
        " 'begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); return null; end'"
    )
    owner.execute(f"create trigger dying after insert on {table} for each statement execute function die()")

    with pytest.raises(psycopg.OperationalError):
        received(database, bgmax(GOOD))

    assert counts(little.connection) == before
    owner.execute(f"drop trigger dying on {table}")
    assert received(database, bgmax(GOOD)).matched_count == 1
    assert_sound(little.connection)


def test_of_two_who_bring_the_same_file_at_once_one_is_refused(database: Database, little: LittleBooks) -> None:
    little.invoice(little.tenant(), 125_000, ocr=OCR)
    together = Barrier(2)

    def bring() -> Received:
        together.wait()
        return received(database, bgmax(GOOD))

    with ThreadPoolExecutor(2) as people:
        outcomes = [bringing.exception() or bringing.result() for bringing in [people.submit(bring) for _ in range(2)]]

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["BankFileDuplicate", "Received"]
    assert little.balance("1930") == 170_000
    assert_sound(little.connection)


def test_of_two_formats_of_one_deposit_at_once_one_is_booked(database: Database, little: LittleBooks) -> None:
    together = Barrier(2)

    def bring(content: bytes) -> int:
        together.wait()
        return received(database, content).transfer_count

    with ThreadPoolExecutor(2) as people:
        booked = list(people.map(bring, [bgmax(GOOD), camt054(GOOD)]))

    assert sorted(booked) == [0, 2]
    assert little.balance("1930") == 170_000


def test_an_invoice_paid_by_somebody_else_while_the_file_waits_for_it_is_not_paid_again(
    database: Database, little: LittleBooks
) -> None:
    invoice = little.invoice(little.tenant(), 125_000, ocr=OCR)

    with database.connect() as person, ThreadPoolExecutor(1) as machine:
        person.execute("select from invoice where id = %s for update", [invoice])
        receiving = machine.submit(received, database, bgmax(GOOD))
        wait_until_blocked(little.connection, receiving)
        person.execute(
            "insert into payment (tenant_id, invoice_id, method, provider, amount_cents, allocated_cents, currency, paid_at, outcome)"
            " select tenant_id, id, 'CARD', 'sandbox', 125000, 125000, 'SEK', now(), 'SUCCEEDED' from invoice"
        )
        person.commit()
        file = receiving.result(timeout=60)

    assert (file.matched_count, file.unmatched_count) == (0, 2)
    assert little.one("select paid_cents from invoice") == (125_000,)


def wait_until_blocked(connection: psycopg.Connection[Any], receiving: Future[Received]) -> None:
    """Until the receiving connection waits for a row that another one has locked."""
    deadline = monotonic() + 60
    while not receiving.done() and monotonic() < deadline:
        waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'transactionid'"
        if connection.execute(waiting).fetchone():
            return
        sleep(0.02)
    pytest.fail("Nobody waited for the invoice.")


def test_memory_does_not_grow_with_the_file(database: Database) -> None:
    def peak(payments: int) -> int:
        tracemalloc.start()
        try:
            with database.connect() as connection, connection.cursor() as cursor:
                stage(cursor, items(payments), progress=lambda _what, _count: None)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def items(payments: int) -> Iterator[Item]:
        [payment, closing] = partner_items(100)
        for ordinal in range(1, payments + 1):
            yield replace(payment, ordinal=ordinal, identities=(f"p{ordinal}",))
        yield replace(closing, amount=Money(100 * payments, "SEK"))

    peak(100)
    assert peak(10_000) < 1.5 * peak(1_000)


@pytest.mark.skipif(SAMPLES is None, reason="Set BANK_SAMPLES to a folder of public bank files to try them.")
@pytest.mark.parametrize("name", sorted(path.name for path in Path(SAMPLES or "/nowhere").glob("*_*.*")))
def test_public_bank_files_are_received_with_their_totals(database: Database, little: LittleBooks, name: str) -> None:
    assert SAMPLES is not None
    know_old_rates(little)
    expected = json.loads(Path(SAMPLES, "EXPECTED.json").read_text())[name]

    file = received(database, Path(SAMPLES, name).read_bytes(), file_name=name)

    totals = credits_of(expected)
    assert {total.currency: total.cents for total in file.totals} == totals
    assert file.transfer_count == transfers_of(expected)
    assert_sound(little.connection)


def know_old_rates(little: LittleBooks) -> None:
    """Some of the files are dated long ago, one in the year 1010."""
    little.connection.execute(
        "insert into fx_rate (currency, on_day, rate) values ('SEK', '1000-01-01', 10), ('CHF', '1000-01-01', 1)"
    )


def credits_of(expected: dict[str, Any]) -> dict[str, int]:
    if expected["format"] == "bgmax":
        return dict(expected["deposit_totals"])
    totals: dict[str, int] = {}
    for entry in booked_credits(expected):
        cents = Money.parse(entry["amount"], entry["currency"]).cents
        totals[entry["currency"]] = totals.get(entry["currency"], 0) + cents
    return totals


def transfers_of(expected: dict[str, Any]) -> int:
    if expected["format"] == "bgmax":
        return int(expected["computed"]["payments"] + expected["computed"]["deductions"])
    return sum(max(1, len(entry["tx"])) for entry in booked_credits(expected))


def booked_credits(expected: dict[str, Any]) -> list[dict[str, Any]]:
    entries = [entry for statement in expected["statements"] for entry in statement["entries"]]
    return [entry for entry in entries if entry["side"] == "CRDT" and entry["status"] == "BOOK"]
