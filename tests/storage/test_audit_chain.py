"""The audit trail is forged in every way a superuser can think of, and the first event that is wrong is named."""

from typing import Any

import psycopg
import pytest

from storage.audit_chain import START, Place, contradiction, head
from storage.engine import Database
from tests.storage.audit_events import append, done, judged


@pytest.fixture
def database(full_clone: Database) -> Database:
    """Full books, with events 1 to 5 in their trail, done by a@b.se."""
    return full_clone


def test_events_follow_from_each_other_and_the_head_is_the_last(runtime: psycopg.Connection[Any]) -> None:
    append(runtime, done("six", reason="för att", details={"amount_cents": [1, 2]}), done("seven"))

    assert judged(runtime) == (7, None, None)
    newest = head(runtime)
    assert newest is not None
    assert newest.seq == 7


def test_an_empty_trail_starts_from_nothing(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    superuser.execute("delete from audit_event; update audit_head set seq = 0, hash = repeat('0', 64)")

    assert judged(runtime) == (0, None, None)
    assert head(runtime) == START
    assert contradiction(runtime, START) is None


def changed(connection: psycopg.Connection[Any], seq: int) -> str:
    """What is said of an event that does not fit."""
    [key] = connection.execute("select id from audit_event where seq = %s", [seq]).fetchone()  # type: ignore[misc]
    before = f"event {seq - 1}" if seq > 1 else "from nothing"
    return (
        f"Audit event {seq} ({key}): its hash does not follow from what it says and {before}; one of them was changed."
    )


@pytest.mark.parametrize(
    "edit",
    [
        "actor = 'b@b.se'",
        "action = 'nothing'",
        "subject_type = 'invoice'",
        "subject_id = uuid7()",
        "reason = ''",  # it was null
        "details = '{ }'",  # it was {}
        "occurred_at = occurred_at + interval '1 us'",
        "occurred_at = 'infinity'",
        "occurred_at = '20000-01-01'",
        "id = uuid7()",
        "hash = repeat('a', 64)",
    ],
)
def test_an_edit_of_any_column_is_found(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any], edit: str
) -> None:
    superuser.execute(f"update audit_event set {edit} where seq = 3".encode())

    assert judged(runtime) == (2, changed(runtime, 3), None)


@pytest.mark.parametrize("first", [1, 2, 5])
def test_the_first_of_the_edits_is_named(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any], first: int
) -> None:
    superuser.execute("update audit_event set actor = 'b@b.se' where seq >= %s", [first])

    assert judged(runtime) == (first - 1, changed(runtime, first), None)


def test_words_moved_from_one_column_to_the_next_are_found(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    append(runtime, done("said", reason="a\x1fb", details={}))

    superuser.execute("update audit_event set reason = 'a', details = E'b\\x1f' || details where seq = 6")

    assert judged(runtime) == (5, changed(runtime, 6), None)


def test_an_edit_whose_hash_was_made_to_fit_is_found_at_the_event_after(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    superuser.execute("update audit_event set actor = 'b@b.se' where seq = 3")
    make_fit(superuser, 3, 3)

    assert judged(runtime) == (3, changed(runtime, 4), None)


def make_fit(superuser: psycopg.Connection[Any], first: int, last: int) -> None:
    """Give the events the hashes that their content asks for, with the database's own function."""
    for seq in range(first, last + 1):
        superuser.execute(
            "update audit_event e set hash = audit_hash(b.hash, e.seq, e.id, e.occurred_at, e.actor, e.action,"
            " e.subject_type, e.subject_id, e.reason, e.details) from audit_event b where e.seq = %s and b.seq = e.seq - 1",
            [seq],
        )


@pytest.mark.parametrize(("removed", "sentence"), [
    (1, "Audit event 1 is missing: event 2 stands in its place."),
    (3, "Audit event 3 is missing: event 4 stands in its place."),
])  # fmt: skip
def test_a_removed_event_is_missed(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any], removed: int, sentence: str
) -> None:
    superuser.execute("delete from audit_event where seq = %s", [removed])

    assert judged(runtime) == (removed - 1, sentence, None)


def test_a_removed_event_is_missed_though_the_others_moved_up(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    superuser.execute("delete from audit_event where seq = 3")
    superuser.execute("update audit_event set seq = seq - 1 where seq > 3")

    head_of_five = "The audit head is event 5, but the last event is 4: events were removed."
    assert judged(runtime) == (2, changed(runtime, 3), head_of_five)


def test_events_in_another_order_are_found(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    for was, becomes in ((3, -3), (4, 3), (-3, 4)):
        superuser.execute("update audit_event set seq = %s where seq = %s", [becomes, was])

    assert judged(runtime) == (2, changed(runtime, 3), None)


@pytest.mark.parametrize(
    ("forgery", "sentence"),
    [
        (
            "delete from audit_event where seq = 5",
            "The audit head is event 5, but the last event is 4: events were removed.",
        ),
        ("delete from audit_event", "The audit head is event 5, but the last event is 0: events were removed."),
        (
            "update audit_head set seq = 4",
            "The audit head is event 4, but events up to 5 are there: they were put there by hand.",
        ),
        ("update audit_head set hash = repeat('a', 64)", "The audit head has another hash than event 5, the last one."),
        ("delete from audit_head", "There are 0 audit heads instead of one."),
        (
            "alter table audit_head drop constraint audit_head_one_row_check; insert into audit_head values (false, 5, '')",
            "There are 2 audit heads instead of one.",
        ),
    ],
)
def test_a_removed_tail_or_a_forged_head_is_found_at_the_head(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any], forgery: str, sentence: str
) -> None:
    superuser.execute(forgery.encode())

    [events] = runtime.execute("select count(*) from audit_event").fetchone()  # type: ignore[misc]
    assert judged(runtime) == (events, None, sentence)


def test_an_event_appended_by_hand_is_found_at_the_head(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    superuser.execute("insert into audit_event select uuid7(), 6, now(), 'x', 'x', 'x', uuid7(), null, '{}', ''")
    make_fit(superuser, 6, 6)

    by_hand = "The audit head is event 5, but events up to 6 are there: they were put there by hand."
    assert judged(runtime) == (6, None, by_hand)


def test_a_trail_rewritten_with_its_head_contradicts_only_what_was_written_down(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    written_down = head(runtime)
    [before] = runtime.execute("select seq, hash from audit_event where seq = 2").fetchall()
    assert written_down is not None

    superuser.execute("update audit_event set actor = 'b@b.se' where seq = 3")
    make_fit(superuser, 3, 5)
    superuser.execute("update audit_head h set hash = e.hash from audit_event e where e.seq = 5")

    assert judged(runtime) == (5, None, None)
    rewritten = head(runtime)
    assert rewritten is not None
    assert contradiction(runtime, written_down) == (
        f"Audit event 5 has the hash {rewritten.hash}, but another one was written down."
    )
    assert contradiction(runtime, Place(seq=before[0], hash=before[1])) is None
    assert contradiction(runtime, rewritten) is None


def test_a_trail_cut_short_with_its_head_contradicts_what_was_written_down(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    written_down = head(runtime)
    assert written_down is not None

    superuser.execute("delete from audit_event where seq > 3")
    superuser.execute("update audit_head h set seq = 3, hash = e.hash from audit_event e where e.seq = 3")

    assert judged(runtime) == (3, None, None)
    assert contradiction(runtime, written_down) == "Audit event 5 was written down, but is not in the trail."


def test_a_function_that_lies_deceives_nobody(
    superuser: psycopg.Connection[Any], runtime: psycopg.Connection[Any]
) -> None:
    superuser.execute("update audit_event set actor = 'b@b.se' where seq = 3")
    superuser.execute(
        "create or replace function audit_hash(previous text, seq bigint, id uuid, occurred_at timestamptz, actor text,"
        " action text, subject_type text, subject_id uuid, reason text, details text) returns text language sql"
        " as 'select e.hash from audit_event e where e.seq = audit_hash.seq'"
    )

    assert judged(runtime) == (2, changed(runtime, 3), None)
