"""What the ledger refuses, whoever writes to it and however much at once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from tests.books import NOW, LittleBooks

Runtime = psycopg.Connection[Any]
DAY = date(2026, 3, 2)
SALE = [("1510", 125), ("3001", -100), ("2611", -25)]
ELSEWHERE = uuid4()


@pytest.fixture
def books(runtime: Runtime) -> LittleBooks:
    return LittleBooks(runtime)


def write_journal(connection: Runtime, *, legs: int = 3, book: UUID | None = None, **values: Any) -> UUID:
    row = {
        "id": uuid7(), "book_id": book, "kind": "COST", "subject_id": uuid7(), "currency": "SEK", "leg_count": legs,
        "occurred_on": DAY, "booked_on": DAY, "description": "a test",
    } | values  # fmt: skip
    marks = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"insert into journal ({', '.join(row)}) values ({marks})".encode(), row)
    return UUID(str(row["id"]))


def write_legs(
    connection: Runtime, journal: UUID, legs: list[tuple[str, int]], *, first: int = 1, **columns: list[Any]
) -> None:
    """All legs in one statement; `columns` give other values than the journal's, leg by leg."""
    rows = [
        {"journal_id": journal, "leg": leg, "book_id": None, "tenant_id": None, "account": account, "currency": "SEK",
         "amount_cents": cents, "amount_eur_cents": cents, "booked_on": DAY}
        | {name: values[leg - first] for name, values in columns.items()}
        for leg, (account, cents) in enumerate(legs, first)
    ]  # fmt: skip
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    connection.execute(
        f"insert into accounting_entry ({', '.join(rows[0])}) values {', '.join([marks] * len(rows))}".encode(),
        [value for row in rows for value in row.values()],
    )


def entries(connection: Runtime) -> int:
    return int(connection.execute("select count(*) from accounting_entry").fetchone()[0])  # type: ignore[index]


def test_a_balanced_journal_is_taken(runtime: Runtime) -> None:
    write_legs(runtime, write_journal(runtime), SALE)

    assert entries(runtime) == 3


@pytest.mark.parametrize(
    "column", ["book_id", "tenant_id", "invoice_id", "payment_id", "refund_id", "bank_transfer_id", "reverses_id"]
)
def test_a_journal_of_what_is_not_there_is_refused(runtime: Runtime, column: str) -> None:
    with pytest.raises(errors.ForeignKeyViolation, match=f"the {column} {ELSEWHERE} of a new journal is no row of"):
        write_journal(runtime, **{column: ELSEWHERE})

    assert runtime.execute("select count(*) from journal").fetchone() == (0,)


def test_references_that_nobody_looked_up_are_found_when_they_are_proven(
    owner: Runtime, runtime: Runtime, books: LittleBooks
) -> None:
    books.tenant()
    owner.execute("select prove_references()")
    owner.execute("alter table journal disable trigger refer_to_what_is")
    write_journal(runtime, refund_id=ELSEWHERE)

    with pytest.raises(errors.ForeignKeyViolation, match=f"the refund_id {ELSEWHERE} of a row of journal is no row of"):
        owner.execute("select prove_references()")


@pytest.mark.parametrize("column", ["tenant_id", "invoice_id", "bank_transfer_id"])
def test_a_payment_of_what_is_not_there_is_refused(books: LittleBooks, column: str) -> None:
    refers = {"tenant_id": books.tenant(), "invoice_id": None} | {column: ELSEWHERE}

    with pytest.raises(errors.ForeignKeyViolation, match=f"the {column} {ELSEWHERE} of a new payment is no row of"):
        books.payment(cents=100, **refers)


@pytest.mark.parametrize("column", ["bank_file_id", "deposit_id"])
def test_a_transfer_of_what_is_not_there_is_refused(runtime: Runtime, books: LittleBooks, column: str) -> None:
    books.transfer()
    other = Jsonb({"id": str(uuid7()), "ordinal": 2, column: str(ELSEWHERE)})

    with pytest.raises(errors.ForeignKeyViolation, match=f"the {column} {ELSEWHERE} of a new bank_transfer is no row"):
        runtime.execute(
            "insert into bank_transfer select (jsonb_populate_record(t, %s)).* from bank_transfer t", [other]
        )


def test_the_legs_of_many_journals_are_taken_in_one_statement(runtime: Runtime) -> None:
    journals = [write_journal(runtime, legs=2) for _ in range(50)]

    with (
        runtime.cursor() as cursor,
        cursor.copy(
            "copy accounting_entry (journal_id, leg, account, currency, amount_cents, amount_eur_cents, booked_on) from stdin"
        ) as copy,
    ):
        for leg, cents in ((1, 10), (2, -10)):
            for journal in journals:
                copy.write_row((journal, leg, "1930", "SEK", cents, cents, DAY))

    assert entries(runtime) == 100


LATER, BOTH = DAY + timedelta(days=1), [DAY + timedelta(days=1)] * 3

Attempt = Callable[[Runtime, UUID], None]
REFUSED: dict[str, Attempt] = {
    "a journal that does not balance": lambda c, j: write_legs(c, j, [("1510", 125), ("3001", -100), ("2611", -24)]),
    "a journal that does not balance in EUR": lambda c, j: write_legs(c, j, SALE, amount_eur_cents=[12, -10, -3]),
    "too few legs": lambda c, j: write_legs(c, j, [("1510", 125), ("3001", -125)]),
    "too many legs": lambda c, j: write_legs(c, j, [*SALE, ("1930", 0)]),
    "legs that do not begin with the first": lambda c, j: write_legs(c, j, SALE, first=2),
    "legs that begin before the first": lambda c, j: write_legs(c, j, SALE, leg=[0, 2, 3]),
    "legs without the middle one": lambda c, j: write_legs(c, j, [("1510", 125), ("3001", -125)], leg=[1, 3]),
    "legs with a gap": lambda c, j: write_legs(c, j, SALE, leg=[1, 2, 4]),
    "a leg of another day": lambda c, j: write_legs(c, j, SALE, booked_on=[DAY, DAY, LATER]),
    "legs of another day than the journal": lambda c, j: write_legs(c, j, SALE, booked_on=BOTH),
    "a leg in another currency": lambda c, j: write_legs(c, j, SALE, currency=["SEK", "SEK", "NOK"]),
    "legs in another currency than the journal": lambda c, j: write_legs(c, j, SALE, currency=["NOK"] * 3),
    "a leg in another book": lambda c, j: write_legs(c, j, SALE, book_id=[None, None, ELSEWHERE]),
    "a leg of another tenant": lambda c, j: write_legs(c, j, SALE, tenant_id=[ELSEWHERE, None, None]),
    "legs of a journal that is not there": lambda c, _: write_legs(c, ELSEWHERE, SALE),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_ledger_refuses(runtime: Runtime, what: str) -> None:
    journal = write_journal(runtime)

    with pytest.raises(errors.CheckViolation, match=r"^journal [0-9a-f-]{36}: its \d legs .*; nothing was written\."):
        REFUSED[what](runtime, journal)

    assert entries(runtime) == 0


def test_two_legs_of_one_number_are_refused(runtime: Runtime) -> None:
    journal = write_journal(runtime)

    with pytest.raises(errors.UniqueViolation, match="accounting_entry_journal_id_leg_key"):
        write_legs(runtime, journal, SALE, leg=[1, 2, 2])


def test_legs_in_two_statements_are_refused(runtime: Runtime) -> None:
    def in_two() -> None:
        with runtime.transaction():
            journal = write_journal(runtime)
            write_legs(runtime, journal, SALE[:2])
            write_legs(runtime, journal, SALE[2:], first=3)

    with pytest.raises(errors.CheckViolation, match=r"its 2 legs \(of 3\) sum to 25"):
        in_two()

    assert entries(runtime) == 0


@pytest.mark.parametrize(("first", "legs"), [(4, [("5910", 7)]), (4, [("5910", 7), ("1930", -7)]), (4, [*SALE])])
def test_no_leg_is_ever_added_to_an_older_journal(runtime: Runtime, first: int, legs: list[tuple[str, int]]) -> None:
    journal = write_journal(runtime)
    write_legs(runtime, journal, SALE)

    with pytest.raises(errors.CheckViolation, match="or do not agree with it; nothing was written"):
        write_legs(runtime, journal, legs, first=first)

    assert entries(runtime) == 3


def test_a_good_journal_beside_a_bad_one_in_a_statement_is_refused_with_it(runtime: Runtime) -> None:
    good, bad = write_journal(runtime, legs=2), write_journal(runtime, legs=2)

    with pytest.raises(errors.CheckViolation, match=f"journal {bad}"):
        write_legs(runtime, good, [("1930", 5), ("2999", -5), ("1930", 5), ("2999", -4)],
                   journal_id=[good, good, bad, bad], leg=[1, 2, 1, 2])  # fmt: skip

    assert entries(runtime) == 0


def test_a_table_of_the_writers_own_does_not_stand_in_for_the_journals(runtime: Runtime) -> None:
    """A temporary table of the same name comes first, unless the check says whose it means."""
    journal = write_journal(runtime)
    write_legs(runtime, journal, SALE)
    runtime.execute("create temporary table journal (like public.journal)")
    write_journal(runtime, id=ELSEWHERE, recorded_at=NOW)

    with pytest.raises(errors.CheckViolation, match=f"journal {ELSEWHERE}: its 3 legs"):
        write_legs(runtime, ELSEWHERE, SALE)

    assert entries(runtime) == 3


@pytest.mark.parametrize("legs", [-1, 0, 1])
def test_a_journal_announces_at_least_two_legs(runtime: Runtime, legs: int) -> None:
    with pytest.raises(errors.CheckViolation, match="journal_legs_check"):
        write_journal(runtime, legs=legs)


@pytest.mark.parametrize("in_a_tenants_book", [False, True])
def test_the_same_fact_is_booked_once_in_a_book(books: LittleBooks, runtime: Runtime, in_a_tenants_book: bool) -> None:
    book = books.tenant() if in_a_tenants_book else None
    fact = uuid7()
    write_journal(runtime, subject_id=fact, kind="CHARGE", book=book)

    with pytest.raises(errors.UniqueViolation, match="journal_subject_id_kind_book_id_key"):
        write_journal(runtime, subject_id=fact, kind="CHARGE", book=book)

    write_journal(runtime, subject_id=fact, kind="CHARGE", book=books.tenant())
    write_journal(runtime, subject_id=fact, kind="REFUND", book=book)


def test_a_journal_is_reversed_once(runtime: Runtime) -> None:
    journal = write_journal(runtime)
    write_journal(runtime, kind="REVERSAL", reverses_id=journal)

    with pytest.raises(errors.UniqueViolation, match="journal_reverses_id_key"):
        write_journal(runtime, kind="REVERSAL", reverses_id=journal)
