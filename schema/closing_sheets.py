"""What a close pack holds beside the lists: the trial balance of every book."""

from sqlalchemy import BigInteger, ColumnElement, Text, case, cast, func, select

from billing.periods import Period
from schema.export_sheets import account_name_of
from schema.sheets import Sheet, amounts, text, word, words
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
    return Sheet(title="Trial balance", columns=columns, rows=rows)
