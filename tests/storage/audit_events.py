"""Audit events for tests, and what is said of a trail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import psycopg

from storage.audit import Done, record_bulk
from storage.audit_chain import broken_event, broken_head
from storage.invariants import snapshot

SUBJECT = UUID("018f0000-0000-7000-8000-000000000001")
NOTHING: Mapping[str, object] = MappingProxyType({})


def done(action: str, *, reason: str | None = None, details: Mapping[str, object] = NOTHING) -> Done:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return Done(
        at=at,
        actor="a@b.se",
        action=action,
        subject_type="tenant",
        subject_id=SUBJECT,
        reason=reason,
        details=dict(details),
    )


def append(connection: psycopg.Connection[Any], *events: Done) -> None:
    with connection.cursor() as cursor:
        record_bulk(cursor, events)


def judged(connection: psycopg.Connection[Any]) -> tuple[int, str | None, str | None]:
    """How many events are proven, what is wrong with the next, and with the head."""
    with snapshot(connection):
        return *broken_event(connection), broken_head(connection)
