"""The audit trail as auditors read it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, String, cast

from billing.refusals import BadInput
from schema.ids import parse_global
from schema.node import Node, PageInfo
from schema.reading.bindings import Scope, column, expression, rows_of
from schema.reading.paging import Key, Listing
from schema.reading.plan import global_id
from storage.audit import AuditEvent as Row


@rows_of(Row.__table__.alias)
@strawberry.type(description="One thing done, chained to the one before it by its hash.")
class AuditEvent(Node):
    id: strawberry.ID = column()
    occurred_at: datetime = column()
    actor: str = column()
    action: str = column(description="What was done, e.g. transfer.assigned.")
    subject_type: str = column()
    subject_id: strawberry.ID = expression(lambda event: global_id(cast(event.subject_type, String), event.subject_id))
    reason: str | None = column()
    details: str = column(description="JSON: what changed, without personal data.")
    hash: str = column(description="SHA-256 over the hash before it and this event, in hexadecimal.")


@strawberry.type
class AuditEventEdge:
    cursor: str
    node: AuditEvent


@strawberry.type
class AuditEventConnection:
    edges: list[AuditEventEdge]
    nodes: list[AuditEvent]
    page_info: PageInfo
    total_count: int


@strawberry.input(description="What to show; all conditions hold at once.")
class AuditFilter:
    actor: str | None = None
    action: str | None = None
    subject_id: strawberry.ID | None = None
    from_: datetime | None = strawberry.field(default=None, name="from", description="This instant included.")
    to: datetime | None = strawberry.field(default=None, description="This instant excluded.")


def trail(asked: AuditFilter) -> Listing:
    """The events that a filter lets through, the newest first.

    Raises: BadInput for a window that ends before it begins.
    """
    if asked.from_ is not None and asked.to is not None and asked.to < asked.from_:
        raise BadInput("The window ends before it begins.", argument="to")
    subject = None if asked.subject_id is None else parse_global(asked.subject_id, argument="subjectId")

    def where(event: Scope) -> list[ColumnElement[bool]]:
        given: list[tuple[object, Callable[[Any], ColumnElement[bool]]]] = [
            (asked.actor, lambda actor: event.actor == actor),
            (asked.action, lambda action: event.action == action),
            (subject, lambda subject: (event.subject_type == subject[0]) & (event.subject_id == subject[1])),
            (asked.from_, lambda instant: event.occurred_at >= instant),
            (asked.to, lambda instant: event.occurred_at < instant),
        ]
        return [condition(value) for value, condition in given if value is not None]

    return Listing(where=where, order=(Key(lambda event: event.seq, descending=True),))
