"""The proof of the audit trail: every event's hash worked out again, without any function that lives in the database."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg.rows import class_row

NOTHING_BEFORE = "0" * 64  # what the first event follows

# Everything of an event but its hash, as text: an instant that no calendar holds is then an edit, not a failure.
EVENTS = """
    select seq, hash, array[id::text, trunc(extract(epoch from occurred_at) * 1000000)::text, actor, action, subject_type,
                            subject_id::text, reason, details] as content
      from audit_event order by seq"""
LAST_EVENT = "select seq, hash from audit_event order by seq desc limit 1"
EVENT = "select seq, hash from audit_event where seq = %s"
HEADS = "select seq, hash from audit_head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the trail, as an auditor writes it down: an event's number and hash; 0 and zeros before the first."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SEQ:HASH`, the hash in 64 hexadecimal digits.

        Raises: ValueError.
        """
        written = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip().lower(), re.ASCII)
        if written is None:
            raise ValueError(f"{text!r} is not a number, a colon and 64 hexadecimal digits.")
        return cls(seq=int(written[1]), hash=written[2])


START = Place(seq=0, hash=NOTHING_BEFORE)


def event_hash(previous: str, seq: int, content: Sequence[str | None]) -> str:
    """SHA-256 of the JSON array of the hash before, the event's number and its content: as `audit_hash` makes it."""
    text = json.dumps([previous, seq, *content], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def head(connection: psycopg.Connection[Any]) -> Place | None:
    """The newest event, as the database remembers it; None where it remembers none, or more than one."""
    heads = _places(connection, HEADS)
    return heads[0] if len(heads) == 1 else None


def broken_event(connection: psycopg.Connection[Any]) -> tuple[int, str | None]:
    """Go through the trail in order; gives how many events follow from the one before, and what is wrong with the next.

    Reads in batches, inside the connection's transaction.
    """
    previous, proven = NOTHING_BEFORE, 0
    with connection.cursor("audit_trail") as events:
        events.itersize = 2000
        for seq, its_hash, content in events.execute(EVENTS):
            if seq != proven + 1:
                return proven, f"Audit event {proven + 1} is missing: event {seq} stands in its place."
            if its_hash != event_hash(previous, seq, content):
                before = f"event {proven}" if proven else "from nothing"
                return proven, (
                    f"Audit event {seq} ({content[0]}): its hash does not follow from what it says and {before}; "
                    "one of them was changed."
                )
            previous, proven = its_hash, seq
    return proven, None


def broken_head(connection: psycopg.Connection[Any]) -> str | None:
    """What is wrong with the head: it must be one, and the last event."""
    heads = _places(connection, HEADS)
    [last] = _places(connection, LAST_EVENT) or [START]
    if len(heads) != 1:
        return f"There are {len(heads)} audit heads instead of one."
    if heads[0].seq > last.seq:
        return f"The audit head is event {heads[0].seq}, but the last event is {last.seq}: events were removed."
    if heads[0].seq < last.seq:
        return f"The audit head is event {heads[0].seq}, but events up to {last.seq} are there: they were put there by hand."
    if heads[0].hash != last.hash:
        return f"The audit head has another hash than event {last.seq}, the last one."
    return None


def contradiction(connection: psycopg.Connection[Any], written_down: Place) -> str | None:
    """What speaks against a place that was written down earlier: it must be an event of the trail still."""
    found = [START] if written_down.seq == START.seq else _places(connection, EVENT, written_down.seq)
    if not found:
        return f"Audit event {written_down.seq} was written down, but is not in the trail."
    if found[0] != written_down:
        return f"Audit event {written_down.seq} has the hash {found[0].hash}, but another one was written down."
    return None


def _places(connection: psycopg.Connection[Any], query: str, *parameters: int) -> list[Place]:
    with connection.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
