"""Recording in the audit trail: in one order, without gaps, hashed so that anybody can prove it, and proven quickly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.audit_chain import NOTHING_BEFORE, Place, event_hash
from storage.engine import Database
from tests.storage.audit_events import SUBJECT, append, done, judged

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@pytest.fixture
def database(full_clone: Database) -> Database:
    """Full books, with events 1 to 5 in their trail, done by a@b.se."""
    return full_clone


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    seq=st.integers(1, 2**63 - 1),
    at=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    words=st.tuples(TEXT, TEXT, TEXT, TEXT),
    reason=st.none() | TEXT,
)
def test_the_proof_and_the_database_hash_alike_whatever_was_said(
    runtime: psycopg.Connection[Any], seq: int, at: datetime, words: tuple[str, str, str, str], reason: str | None
) -> None:
    actor, action, subject_type, details = words
    [hashed] = runtime.execute(
        "select audit_hash(%s, %s::bigint, %s, %s, %s, %s, %s, %s, %s, %s)",
        [NOTHING_BEFORE, seq, SUBJECT, at, actor, action, subject_type, SUBJECT, reason, details],
    ).fetchone()  # type: ignore[misc]

    instant = str((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
    content = [str(SUBJECT), instant, actor, action, subject_type, str(SUBJECT), reason, details]
    assert hashed == event_hash(NOTHING_BEFORE, seq, content)


def test_whoever_records_waits_for_whoever_recorded_before(
    database: Database, runtime: psycopg.Connection[Any]
) -> None:
    with database.connect() as first, database.connect() as second, ThreadPoolExecutor(1) as thread:
        append(first, done("six"))
        waiting = thread.submit(append, second, done("seven"))
        while not runtime.execute("select pg_blocking_pids(%s)", [second.info.backend_pid]).fetchone()[0]:  # type: ignore[index]
            assert not waiting.done()
        first.commit()
        waiting.result()
        second.commit()

    assert runtime.execute("select action from audit_event where seq > 5 order by seq").fetchall() == [
        ("six",),
        ("seven",),
    ]
    assert judged(runtime) == (7, None, None)


def test_what_is_rolled_back_leaves_no_gap(database: Database, runtime: psycopg.Connection[Any]) -> None:
    with database.connect() as given_up:
        append(given_up, done("six"), done("seven"))
        given_up.rollback()

    append(runtime, done("six again"))

    assert judged(runtime) == (6, None, None)


def test_thousands_of_events_written_at_once_are_proven(runtime: psycopg.Connection[Any]) -> None:
    append(runtime, *(done(f"event {n}", reason="because", details={"amount_cents": n}) for n in range(8_000)))

    assert judged(runtime) == (8_005, None, None)


@pytest.mark.parametrize("text", ["12:" + "ab" * 32, f"  12:{'AB' * 32}\n"])
def test_a_place_is_read_as_it_was_printed(text: str) -> None:
    place = Place.parse(text)

    assert place == Place(seq=12, hash="ab" * 32)
    assert str(place) == "12:" + "ab" * 32


@pytest.mark.parametrize(
    "text", ["", "12", "12:abc", "x:" + "ab" * 32, "-1:" + "ab" * 32, "12:" + "xy" * 32, "1" * 19 + ":" + "ab" * 32]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number, a colon and 64 hexadecimal digits"):
        Place.parse(text)
