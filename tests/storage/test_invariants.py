"""Each invariant is broken on purpose, past every trigger, and must name the row; those that still hold must not complain."""

from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from graphql_api.cli import main
from storage.audit_chain import head
from storage.engine import Database
from storage.invariants import INVARIANTS, snapshot, verify
from tests.storage.breaches import BALANCED, BREACHES, RECEIVABLES, WHOLE


@pytest.fixture
def database(full_clone: Database) -> Database:
    return full_clone


def broken(connection: psycopg.Connection[Any]) -> dict[str, str]:
    with snapshot(connection):
        return {checked.name: checked.broken for checked in verify(connection) if checked.broken is not None}


def test_full_books_break_nothing(runtime: psycopg.Connection[Any]) -> None:
    assert broken(runtime) == {}


@pytest.mark.parametrize("breach", BREACHES)
def test_what_is_broken_is_named_and_nothing_else(
    breach: str, names: dict[str, str], superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    for statement in BREACHES[breach].statements:
        superuser.execute(filled(statement, names).encode())

    assert broken(runtime) == {name: filled(sentence, names) for name, sentence in BREACHES[breach].sentences.items()}


def filled(template: str, names: dict[str, str]) -> str:
    for name, text in names.items():
        template = template.replace(f"{{{name}}}", text)
    return template


def test_every_invariant_is_broken_by_some_breach() -> None:
    assert {name for breach in BREACHES.values() for name in breach.sentences} == {
        invariant.name for invariant in INVARIANTS
    }


def test_a_journal_that_was_left_without_legs_is_found(runtime: psycopg.Connection[Any]) -> None:
    [journal] = runtime.execute(
        "insert into journal (kind, subject_id, currency, leg_count, occurred_on, booked_on, description)"
        " values ('COST', uuid7(), 'SEK', 2, current_date, current_date, 'nothing') returning id"
    ).fetchone()  # type: ignore[misc]

    assert broken(runtime) == {
        WHOLE: f"Journal {journal}: it should have 2 legs numbered from 1, and has 0 numbered from 0 to 0."
    }


def test_what_others_write_meanwhile_breaks_nothing(
    database: Database, runtime: psycopg.Connection[Any], names: dict[str, str]
) -> None:
    with database.connect(autocommit=True) as other, snapshot(runtime):
        checks = verify(runtime)
        first = next(checks)
        other.execute("update invoice set declared_status = 'VOID' where id = %s", [names["open"]])

        assert [first.broken, *(checked.broken for checked in checks)] == [None] * (len(INVARIANTS) + 2)
    assert set(broken(runtime)) == {RECEIVABLES}


def test_of_several_broken_rows_the_first_is_named(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any], names: dict[str, str]
) -> None:
    superuser.execute("update accounting_entry set amount_cents = amount_cents + 1 where leg = 1")
    [first] = runtime.execute("select id from journal order by id").fetchone()  # type: ignore[misc]

    assert f"Journal {first}: its legs sum to 1 cents" in broken(runtime)[BALANCED]


@pytest.fixture
def command(database: Database, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("BILLING_DATABASE_URL", database.runtime_url)
    return CliRunner()


def test_the_command_prints_every_rule_and_the_head_to_write_down(
    command: CliRunner, runtime: psycopg.Connection[Any]
) -> None:
    done = command.invoke(main, ["verify"])

    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[: len(INVARIANTS)] == [f"ok      {invariant.name}" for invariant in INVARIANTS]
    assert lines[-3:] == [
        "ok      audit events follow from each other, from the first to the last (5 proven)",
        "ok      the audit head is the last event",
        f"Audit head: {head(runtime)}",
    ]


def test_the_command_names_what_is_broken_and_exits_with_1(
    command: CliRunner, superuser: psycopg.Connection[Any], names: dict[str, str]
) -> None:
    superuser.execute(
        "update accounting_entry set amount_cents = 905 where journal_id = %s and leg = 1", [names["cost"]]
    )

    done = command.invoke(main, ["verify"])

    assert done.exit_code == 1
    assert done.output.splitlines()[:3] == [
        f"BROKEN  {BALANCED}",
        f"        Journal {names['cost']}: its legs sum to 5 cents, in EUR to 0.",
        f"ok      {WHOLE}",
    ]


def test_the_command_compares_with_a_head_that_was_written_down(
    command: CliRunner, runtime: psycopg.Connection[Any]
) -> None:
    [earlier] = runtime.execute("select hash from audit_event where seq = 3").fetchone()  # type: ignore[misc]

    held = command.invoke(main, ["verify", "--anchor", f"3:{earlier}"])
    other = command.invoke(main, ["verify", "--anchor", f"4:{earlier}"])
    malformed = command.invoke(main, ["verify", "--anchor", "3"])

    assert held.exit_code == 0
    assert "ok      the audit trail holds the event that was written down" in held.output
    assert other.exit_code == 1
    assert (
        "BROKEN  the audit trail holds the event that was written down\n        Audit event 4 has the hash"
        in other.output
    )
    assert (malformed.exit_code, "is not a number, a colon and 64 hexadecimal digits" in malformed.output) == (2, True)
