"""The rules in the database are the rules in Python: both judge the same lines alike."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from billing.periods import Period
from billing.reports.reconciliation import Asked, Fact, Line, reconcile
from storage.reconciliation import JUDGED, LINES, AskedLines

DIALECT = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
START = date(2026, 10, 1)
WINDOW = Period(start=START, end=date(2026, 11, 1))
GIVEN = """
    theirs as materialized (
        select *, names[1] as reference, null::text as subject_reference
          from jsonb_to_recordset(cast(:theirs as jsonb))
               as t (id uuid, kind text, names text[], currency text, cents bigint, on_day date)),
    ours as materialized (
        select *, null::uuid as payment_id from jsonb_to_recordset(cast(:ours as jsonb))
               as t (id uuid, kind text, names text[], currency text, cents bigint, on_day date)),
"""

FACTS = st.lists(
    st.builds(
        Fact,
        id=st.uuids(version=4),
        kind=st.sampled_from(["CHARGE", "PAYOUT"]),
        names=st.lists(st.sampled_from(["a", "B", "c", "é"]), min_size=1, max_size=3).map(tuple),
        currency=st.sampled_from(["SEK", "EUR"]),
        cents=st.sampled_from([-300, -200, 0, 200, 300]),
        on=st.integers(-31, 61).map(lambda days: START + timedelta(days=days)),
    ),
    max_size=12,
    unique_by=lambda fact: fact.id,
)
DAYS = st.integers(-5, 70).map(lambda days: START + timedelta(days=days))
KNOWN = st.none() | st.tuples(DAYS, DAYS).map(lambda days: Period(start=min(days), end=max(days)))


def told(facts: list[Fact]) -> str:
    rows = [
        {"id": str(f.id), "kind": f.kind, "names": list(f.names), "currency": f.currency, "cents": f.cents,
         "on_day": f.on.isoformat()} for f in facts
    ]  # fmt: skip
    return json.dumps(rows)


def by_database(connection: psycopg.Connection[Any], theirs: list[Fact], ours: list[Fact], asked: Asked) -> Any:
    lines = AskedLines(provider="p", window=WINDOW, today=asked.today, known=asked.known, as_of=datetime.now(UTC))
    values = lines.values() | {"theirs": told(theirs), "ours": told(ours)}
    sql = f"with {GIVEN} {JUDGED} {LINES}"
    made = text(sql).bindparams(**{name: value for name, value in values.items() if f":{name}" in sql})
    compiled = made.compile(dialect=DIALECT)
    rows = connection.execute(str(compiled), compiled.params).fetchall()  # type: ignore[call-overload]
    return sorted((row[0], row[7], row[8], row[9], row[10]) for row in rows)


def in_short(line: Line) -> tuple[UUID, str, int, int, int]:
    fact = line.provider or line.ledger
    assert fact is not None
    return fact.id, line.state.value, line.provider_cents, line.ledger_cents, line.unexplained_cents


@pytest.fixture(scope="module")
def connection(database_clones: Any) -> Any:
    with database_clones.clone() as database, database.connect(autocommit=True) as made:
        yield made


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(theirs=FACTS, ours=FACTS, today=DAYS, known=KNOWN)
def test_the_database_judges_lines_as_the_rules_do(
    connection: psycopg.Connection[Any], theirs: list[Fact], ours: list[Fact], today: date, known: Period | None
) -> None:
    asked = Asked(window=WINDOW, today=today, known=known)
    assert by_database(connection, theirs, ours, asked) == sorted(map(in_short, reconcile(theirs, ours, asked)))
