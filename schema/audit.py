"""The audit trail as auditors read it."""

from datetime import datetime

import strawberry
from sqlalchemy import String, cast

from schema.bounds import check_instants
from schema.filters import named_subject
from schema.ids import parse_global
from schema.node import Node, PageInfo
from schema.reading.bindings import column, expression, rows_of
from schema.reading.paging import Order, Page
from schema.reading.plan import global_id
from schema.reading.questions import Condition, PageOf, given
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


_ACTOR = Condition(lambda event, actor: event.actor == actor)
_ACTION = Condition(lambda event, action: event.action == action)
_SUBJECT_TYPE = Condition(lambda event, prefix: event.subject_type == prefix)
_SUBJECT = Condition(lambda event, key: event.subject_id == key)
_FROM = Condition(lambda event, instant: event.occurred_at >= instant)
_TO = Condition(lambda event, instant: event.occurred_at < instant)
_NEWEST_FIRST = Order(lambda event: [event.seq], descending=True)


def trail(asked: AuditFilter, at: Page) -> PageOf:
    """The events that a filter lets through, the newest first.

    Raises: BadInput for a window that ends before it begins; NotFound for an id of nothing.
    """
    check_instants(asked.from_, asked.to, "to")
    prefix, key = ("", None) if asked.subject_id is None else parse_global(asked.subject_id, argument="subjectId")
    where = given(
        (_ACTOR, asked.actor),
        (_ACTION, asked.action),
        (_SUBJECT_TYPE, prefix or None),
        (_SUBJECT, key),
        (_FROM, asked.from_),
        (_TO, asked.to),
    )
    return PageOf(where=where, order=_NEWEST_FIRST, at=at, named=named_subject(prefix, key))
