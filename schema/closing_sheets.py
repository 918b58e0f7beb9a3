"""What a close pack holds beside the lists: the trial balance of every book, and the sums of the reconciliations."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, ColumnClause, ColumnElement, Text, bindparam, case, cast, func, select
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY

from billing.periods import Period
from billing.reports.reconciliation import Sums
from schema.accounting import account_name_of
from schema.sheet_rows import Kind
from schema.sheets import Column, Sheet, amounts, text, word, words
from storage.accounting import AccountingEntry
from storage.tenants import Tenant


def trial_balance(month: Period) -> Sheet:
    """Each account of each book and currency: what it held before the month, what was debited and credited in it, and what
    it holds at its end. The platform's book comes first."""
    leg, tenant = AccountingEntry.__table__.alias(), Tenant.__table__.alias()
    cents, before = leg.c.amount_cents, leg.c.booked_on < month.start

    def summed(which: ColumnElement[bool], name: str) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((which, cents))), 0).cast(BigInteger).label(name)

    balance = (
        select(
            leg.c.book_id,
            leg.c.account,
            leg.c.currency,
            summed(before, "opening_cents"),
            summed((~before) & (cents > 0), "debit_cents"),
            summed((~before) & (cents < 0), "credit_cents"),
            func.sum(cents).cast(BigInteger).label("closing_cents"),
            func.sum(leg.c.amount_eur_cents).cast(BigInteger).label("closing_eur_cents"),
        )
        .where(leg.c.booked_on < month.end)
        .group_by(leg.c.book_id, leg.c.account, leg.c.currency)
        .subquery()
    )
    rows = (
        select()
        .select_from(balance.outerjoin(tenant, tenant.c.id == balance.c.book_id))
        .order_by(tenant.c.name.nulls_first(), balance.c.book_id, balance.c.account, balance.c.currency)
    )
    columns = (
        text("book", func.coalesce(tenant.c.name, cast("The platform", Text))),
        text("book_id", tenant.c.external_id),
        *words(balance, "account"),
        word("account_name", account_name_of(balance.c.account)),
        *words(balance, "currency"),
        *amounts(balance, "opening", "debit", "credit", "closing"),
        *amounts(balance, "closing_eur", currency="EUR"),
    )
    return Sheet(title="Trial balance", columns=columns, rows=rows, sections=("book", "book_id"))


RECONCILED: Final[dict[str, type[BigInteger | Text]]] = {
    "provider": Text,
    "currency": Text,
    "kind": Text,
    "provider_total_cents": BigInteger,
    "ledger_total_cents": BigInteger,
    "timing_cents": BigInteger,
    "unexplained_cents": BigInteger,
    "lines_over_tolerance": BigInteger,
}


def reconciliation_sums(reconciled: Iterable[tuple[str, Sequence[Sums]]]) -> Sheet:
    """The sums of what providers were held against the ledger for, each provider's by currency and kind."""
    rows = [_sums_row(provider, one) for provider, sums in reconciled for one in sums]
    arrays: list[BindParameter[Any]] = [
        bindparam(None, [row[at] for row in rows], type_=ARRAY(type_), unique=True)
        for at, type_ in enumerate(RECONCILED.values())
    ]
    shaped: list[ColumnClause[Any]] = [sql_column(name, type_) for name, type_ in RECONCILED.items()]
    sums = func.unnest(*arrays).table_valued(*shaped, with_ordinality="place", name="sums").render_derived()
    return Sheet(
        title="Reconciliations",
        columns=(
            *words(sums, "provider", "currency", "kind"),
            *amounts(sums, "provider_total", "ledger_total", "timing", "unexplained"),
            Column(name="lines_over_tolerance", kind=Kind.COUNT, of=sums.c.lines_over_tolerance),
        ),
        rows=select().select_from(sums).order_by(sums.c.place),
        sections=("provider",),
    )


def _sums_row(provider: str, sums: Sums) -> tuple[Any, ...]:
    totals = (sums.provider_cents, sums.ledger_cents, sums.timing_cents, sums.unexplained_cents)
    return (provider, sums.currency, sums.kind, *totals, sums.over_tolerance)
