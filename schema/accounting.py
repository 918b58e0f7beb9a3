"""Accounting entries: the legs of the journals."""

from datetime import date, datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, FromClause, select

from billing.chart import account_name
from schema.money import Money
from schema.node import Node
from schema.reading.bindings import Scope, column, derived, expression, money, one, rows_of
from schema.reading.plan import global_id
from schema.scalars import Cents
from schema.tenants import Tenant
from storage.accounting import AccountingEntry as Leg
from storage.accounting import Journal

_JOURNAL = (
    "occurred_on", "recorded_at", "description", "provider", "provider_reference", "reverses_id", "invoice_id", "payment_id",
    "refund_id", "bank_transfer_id",
)  # fmt: skip


def legs() -> FromClause:
    """Legs with what their journal says."""
    leg, journal = Leg.__table__.alias(), Journal.__table__.alias()
    said = (journal.c[name] for name in _JOURNAL)
    return select(leg, *said).select_from(leg.join(journal, journal.c.id == leg.c.journal_id)).subquery()


def in_order(entry: Scope) -> list[ColumnElement[Any]]:
    """As they were booked: journal by journal, leg by leg."""
    return [entry.journal_id, entry.leg]


@rows_of(legs)
@strawberry.type(
    description="One leg of a balanced, append-only journal; amounts are signed, debit positive. `book` null: the "
    "platform's own books, else that tenant's."
)
class AccountingEntry(Node):
    id: strawberry.ID = column()
    journal_id: strawberry.ID = expression(lambda entry: global_id("journal", entry.journal_id))
    book: Tenant | None = one(
        lambda entry, tenant: tenant.id == entry.book_id, description="Null: the platform's own books."
    )
    account: str = column(description="The BAS account, e.g. 1510.")
    account_name: str = derived(account_name, "account")
    amount: Money = money("amount_cents", description="Debit positive, credit negative.")
    amount_eur_cents: Cents = column(description="The amount in EUR at the rate it was booked with; it never moves.")
    tenant: Tenant | None = one(
        lambda entry, tenant: tenant.id == entry.tenant_id, description="The tenant that the entry is about."
    )
    provider: str | None = column()
    provider_reference: str | None = column()
    occurred_on: date = column(description="When it happened.")
    booked_on: date = column(description="The day it counts in the books.")
    recorded_at: datetime = column(description="When it was written.")
    description: str = column()
    reverses_journal_id: strawberry.ID | None = expression(
        lambda entry: global_id("journal", entry.reverses_id), description="The journal that this one undoes."
    )
