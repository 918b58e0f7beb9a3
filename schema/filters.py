"""What filters name: rows that must be there."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import FromClause

from billing.refusals import NotFound
from schema.ids import not_found, prefix_of
from schema.reading.questions import Named
from storage.accounting import Journal
from storage.audit import AuditEvent
from storage.dunning import DunningCase
from storage.invoices import Invoice
from storage.payments import Payment
from storage.refunds import Refund
from storage.subscriptions import Subscription
from storage.tenants import Plan, Tenant
from storage.transfers import BankFile, BankTransfer

_ROWS: Final[Sequence[type[Any]]] = (
    BankFile,
    BankTransfer,
    DunningCase,
    Invoice,
    Journal,
    Payment,
    Plan,
    Refund,
    Subscription,
    Tenant,
)
_TABLES: Final[dict[str, FromClause]] = {prefix_of(row.__name__): row.__table__ for row in _ROWS}


def named(type_name: str, keys: Sequence[UUID] | None) -> tuple[Named, ...]:
    """The rows of a GraphQL type that a filter names, if it names any."""
    prefix = prefix_of(type_name)
    return _named(prefix, _TABLES[prefix], "id", keys)


def named_subject(prefix: str, key: UUID | None) -> tuple[Named, ...]:
    """The row that an audit event is asked for by; what has no rows of its own is known by its events."""
    table, column = (_TABLES[prefix], "id") if prefix in _TABLES else (AuditEvent.__table__, "subject_id")
    return _named(prefix, table, column, None if key is None else [key])


def named_plans(codes: Sequence[str] | None) -> tuple[Named, ...]:
    """The plans that a filter names by their codes."""
    if not codes:
        return ()
    return (Named(column=Plan.__table__.c.code, keys=codes, unknown=lambda code: NotFound("plan", key=code)),)


def _named(prefix: str, table: FromClause, column: str, keys: Sequence[UUID] | None) -> tuple[Named, ...]:
    if not keys:
        return ()
    return (Named(column=table.c[column], keys=keys, unknown=partial(_missing, prefix)),)


def _missing(prefix: str, key: str) -> NotFound:
    return not_found(prefix, UUID(key))
