"""Accounting entries: the legs of the journals."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import strawberry
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    case,
    func,
    literal_column,
    or_,
    select,
)

from billing.chart import ACCOUNT_NAMES, CLASS_NAMES, account_name
from billing.fx import REPORTING_CURRENCY
from schema.bounds import check_window
from schema.filters import named
from schema.ids import from_global, keys_of
from schema.money import Money
from schema.node import Node, PageInfo
from schema.reading.bindings import Scope, column, computed, expression, money, one, rows_of
from schema.reading.paging import Order, Page
from schema.reading.plan import global_id
from schema.reading.questions import Condition, Given, OneOf, PageOf, given
from schema.reading.searching import Search, beginning, like, like_one
from schema.scalars import Cents, CurrencyCode
from schema.tenants import Tenant
from storage.accounting import AccountingEntry as Leg
from storage.accounting import Journal

ACCOUNT_DIGITS: Final = 4
QUARTER_DAYS_MAX: Final = 92

_JOURNAL = (
    "occurred_on", "recorded_at", "description", "provider", "provider_reference", "reverses_id", "invoice_id", "payment_id",
    "refund_id", "bank_transfer_id",
)  # fmt: skip


def legs() -> FromClause:
    """Legs with what their journal says. Every leg has one: the outer join is that a list's sums can do without it."""
    leg, journal = Leg.__table__.alias(), Journal.__table__.alias()
    said = (journal.c[name] for name in _JOURNAL)
    return select(leg, *said).select_from(leg.outerjoin(journal, journal.c.id == leg.c.journal_id)).subquery()


def in_order(entry: Scope) -> list[ColumnElement[Any]]:
    """As they were booked: journal by journal, leg by leg."""
    return [entry.journal_id, entry.leg]


def account_name_of(account: ColumnElement[str]) -> ColumnElement[str]:
    """What `billing.chart.account_name` says, in SQL."""
    known = [(account == number, name) for number, name in ACCOUNT_NAMES.items()]
    groups = [(account.like(f"{group}%"), account_name(group)) for group in ("59", *CLASS_NAMES)]
    return case(*known, *groups, else_=account_name(""))


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
    account_name: str = expression(lambda entry: account_name_of(entry.account))
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


def sums(entries: Scope) -> Select[Any]:
    """The amounts of a list, a row a currency."""
    total = func.sum(entries.amount_cents).cast(BigInteger).label("amount_cents")
    return select(entries.currency, total).group_by(entries.currency).order_by(entries.currency)


def sums_in_eur(entries: Scope) -> Select[Any]:
    """The amounts of a list at the rates they were booked with, in one row."""
    total: ColumnElement[Any] = func.coalesce(func.sum(entries.amount_eur_cents), 0).cast(BigInteger)
    return select(literal_column(f"'{REPORTING_CURRENCY}'").label("currency"), total.label("amount_cents"))


@strawberry.type
class AccountingEntryEdge:
    cursor: str
    node: AccountingEntry


@strawberry.type
class AccountingEntryConnection:
    edges: list[AccountingEntryEdge]
    nodes: list[AccountingEntry]
    page_info: PageInfo
    total_count: int
    totals: list[Money] = computed(
        sums, description="Debits less credits of the whole filtered list, a row a currency."
    )
    totals_in_eur: list[Money] = computed(
        sums_in_eur, description="The same of all currencies, at the rates they were booked with: one row."
    )


@strawberry.input(description="What to show; all conditions hold at once.")
class AccountingEntryFilter:
    platform_book: bool | None = strawberry.field(
        default=None, description="true: the platform's own books only; false: the tenants' books only."
    )
    tenant_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Entries that are about these tenants, in whichever book."
    )
    accounts: list[str] | None = strawberry.field(
        default=None, description="Account numbers, or what they begin with: 59 is every 59xx."
    )
    provider: str | None = None
    journal_id: strawberry.ID | None = None
    currency: CurrencyCode | None = None
    booked_from: date | None = strawberry.field(default=None, description="This day included.")
    booked_to: date | None = strawberry.field(default=None, description="This day included.")
    search: str | None = strawberry.field(default=None, description="Part of the description or provider reference.")


_PLATFORM = Condition(lambda entry, platform: entry.book_id.is_(None) == platform)
_TENANTS = OneOf(lambda entry: entry.tenant_id)
_ACCOUNTS = OneOf(lambda entry: entry.account)
_ACCOUNTS_FROM = Condition(lambda entry, beginnings: like_one(entry.account, beginnings))
_PROVIDER = Condition(lambda entry, provider: entry.provider == provider)
_JOURNAL_ID = Condition(lambda entry, key: entry.journal_id == key)
_CURRENCY = Condition(lambda entry, currency: entry.currency == currency)
_BOOKED_FROM = Condition(lambda entry, day: entry.booked_on >= day)
_BOOKED_TO = Condition(lambda entry, day: entry.booked_on <= day)


def _mentions(entry: Scope, pattern: BindParameter[Any]) -> ColumnElement[bool]:
    return or_(like(entry.description, pattern), like(entry.provider_reference, pattern))


def _mentioning(pattern: BindParameter[Any]) -> Select[Any]:
    """No index knows what journals say; but there are fewer of them than of legs, and to go through them all is quick."""
    leg, journal = Leg.__table__.alias(), Journal.__table__.alias()
    return select(leg.c.id).where(leg.c.journal_id.in_(select(journal.c.id).where(_mentions(journal.c, pattern))))


_SEARCH = Search(_mentions, _mentioning)
_LATEST_FIRST = Order(lambda entry: [entry.booked_on, entry.id], descending=True)


def entries(asked: AccountingEntryFilter, at: Page) -> PageOf:
    """The entries that a filter lets through, the latest booked first.

    Raises: BadInput for a window that ends before it begins; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.booked_from, asked.booked_to, "bookedTo")
    journal = None if asked.journal_id is None else from_global(asked.journal_id, "Journal", argument="journalId")
    tenants = keys_of(asked.tenant_ids, "Tenant", argument="tenantIds")
    where = given(
        (_PLATFORM, asked.platform_book),
        _TENANTS.of(tenants),
        _of_accounts(asked.accounts),
        (_PROVIDER, asked.provider),
        (_JOURNAL_ID, journal),
        (_CURRENCY, asked.currency),
        (_BOOKED_FROM, asked.booked_from),
        (_BOOKED_TO, asked.booked_to),
        _SEARCH.of(asked.search, is_narrow=journal is not None or _is_a_quarter(asked)),
    )
    return PageOf(
        where=where,
        order=_LATEST_FIRST,
        at=at,
        named=named("Tenant", tenants) + named("Journal", None if journal is None else [journal]),
    )


def _is_a_quarter(asked: AccountingEntryFilter) -> bool:
    """Whether the window is so short that its entries are quickly gone through, however large the books are."""
    return (
        asked.booked_from is not None
        and asked.booked_to is not None
        and asked.booked_to - asked.booked_from <= timedelta(days=QUARTER_DAYS_MAX)
    )


def _of_accounts(accounts: Sequence[str] | None) -> Given:
    """Whole numbers are found by an index."""
    if accounts is None or all(len(account) == ACCOUNT_DIGITS for account in accounts):
        return _ACCOUNTS.of(accounts)
    return _ACCOUNTS_FROM, [beginning(account) for account in accounts]
