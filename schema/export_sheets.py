"""Which sheet an export is: the lists of the API, narrowed by the very filters of the screens."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import BigInteger, Date, Text, Uuid, func, literal_column, select
from sqlalchemy import column as sql_column
from sqlalchemy import text as sql_text

from billing.periods import Period
from billing.refusals import BadInput
from schema.accounting import AccountingEntryFilter, account_name_of, entries, legs
from schema.bounds import report_window
from schema.exports import ExportFormat, ExportInput, ExportKind, camel
from schema.invoice_lists import InvoiceFilter, InvoiceOrder, invoices
from schema.payment_lists import PaymentFilter, PaymentOrder, payments
from schema.platform_fees import FeeGrouping
from schema.reading import paging
from schema.reading.plan import global_id
from schema.reconciliation import LineState, in_states
from schema.sheet_rows import Kind
from schema.sheets import Column, Sheet, amounts, days_of, instants, narrowed, of_tenant, text, texts, word, words
from schema.subscription_lists import SubscriptionFilter, subscriptions
from schema.subscriptions import mrr_of
from schema.transfers import BankTransferFilter, inbox
from storage.churn import GONE
from storage.credit import refundable_cents
from storage.invoices import Invoice
from storage.payments import Payment
from storage.platform_fees import BY
from storage.reconciliation import AskedLines, lines
from storage.subscriptions import Subscription
from storage.tenants import Plan, Tenant
from storage.transfers import BankFile, BankTransfer

EUR: Final = literal_column("'EUR'", Text)
WHOLE: Final = paging.page("export", first=None, after=None)


def sheet_of(asked: ExportInput, *, today: date) -> Sheet:
    """The table that an export is asked for.

    Raises: BadInput for what does not go together; what the list or report of the screen raises.
    """
    if asked.format is ExportFormat.SIE4 and asked.kind is not ExportKind.ACCOUNTING:
        raise BadInput(
            f"SIE4 holds the vouchers of ACCOUNTING; take {asked.kind.name} as CSV, XLSX or PDF.",
            argument="input.format",
        )
    if asked.accounting_filter is not None:
        _check_list(asked)
    for argument, kinds in _NARROWED_BY.items():
        if getattr(asked, argument) is not None and asked.kind not in kinds:
            named = " or ".join(kind.name for kind in kinds)
            raise BadInput(
                f"This is of {named}, and {asked.kind.name} is asked for.", argument=f"input.{camel(argument)}"
            )
    if asked.kind in _REPORTS:
        report_window(*_bounds(asked), today=today, argument="input.to")
    return _SHEETS[asked.kind](asked)


def _check_list(asked: ExportInput) -> None:
    """Raises: BadInput for a list of entries that is to be a book as well."""
    if asked.format is ExportFormat.SIE4:
        raise BadInput(
            "SIE4 holds the vouchers of a whole book; take a list of entries as CSV, XLSX or PDF.",
            argument="input.accountingFilter",
        )
    for argument in _OF_A_BOOK:
        if getattr(asked, argument) is not None:
            raise BadInput(
                "This is of a whole book; accountingFilter says it of a list.", argument=f"input.{camel(argument)}"
            )


def _entry_filter(asked: ExportInput) -> AccountingEntryFilter:
    """That of the list, or the one that shows the whole book."""
    return asked.accounting_filter or AccountingEntryFilter(
        platform_book=asked.tenant_id is None,
        tenant_ids=None if asked.tenant_id is None else [asked.tenant_id],
        booked_from=asked.from_,
        booked_to=asked.to,
    )


def _invoices(asked: ExportInput) -> Sheet:
    invoice, tenant = Invoice.__table__.alias(), Tenant.__table__.alias()
    question = invoices(asked.invoice_filter or InvoiceFilter(), InvoiceOrder(), WHOLE)
    columns = (
        *texts(invoice, "number", "ocr"),
        *words(invoice, "issuer_type"),
        *of_tenant(tenant),
        *texts(invoice, "customer_name"),
        *words(invoice, "status"),
        *days_of(invoice, "issued_on", "due_on"),
        *words(invoice, "currency"),
        *amounts(invoice, "total", "tax", "paid", "refunded", "outstanding"),
        *texts(invoice, "external_id"),
    )
    joined = invoice.join(tenant, tenant.c.id == invoice.c.tenant_id)
    return Sheet(title="Invoices", columns=columns, rows=narrowed(question, invoice.c, joined), named=question.named)


def _payments(asked: ExportInput) -> Sheet:
    payment, tenant, invoice = Payment.__table__.alias(), Tenant.__table__.alias(), Invoice.__table__.alias()
    question = payments(asked.payment_filter or PaymentFilter(), PaymentOrder(), WHOLE)
    columns = (
        *instants(payment, "paid_at"),
        *of_tenant(tenant),
        text("invoice_number", invoice.c.number),
        *words(payment, "method", "status", "provider"),
        *texts(payment, "provider_reference"),
        *words(payment, "currency"),
        *amounts(payment, "amount", "fee", "refunded"),
        Column(name="refundable", kind=Kind.AMOUNT, of=refundable_cents(payment.c), currency=payment.c.currency),
        *amounts(payment, "credited"),
        *instants(payment, "refunded_at"),
        *texts(payment, "external_id"),
    )
    joined = payment.join(tenant, tenant.c.id == payment.c.tenant_id)
    joined = joined.outerjoin(invoice, invoice.c.id == payment.c.invoice_id)
    return Sheet(title="Payments", columns=columns, rows=narrowed(question, payment.c, joined), named=question.named)


def _transfers(asked: ExportInput) -> Sheet:
    transfer, file = BankTransfer.__table__.alias(), BankFile.__table__.alias()
    question = inbox(asked.transfer_filter or BankTransferFilter(), WHOLE)
    columns = (
        *days_of(transfer, "booked_on"),
        *words(transfer, "status", "provider", "currency"),
        *amounts(transfer, "amount"),
        *texts(transfer, "ocr_text", "message", "counterparty_name", "counterparty_account", "ignored_reason"),
        text("bank_file", file.c.file_name),
    )
    joined = transfer.join(file, file.c.id == transfer.c.bank_file_id)
    return Sheet(
        title="Bank transfers", columns=columns, rows=narrowed(question, transfer.c, joined), named=question.named
    )


def _subscriptions(asked: ExportInput) -> Sheet:
    subscription, tenant, plan = Subscription.__table__.alias(), Tenant.__table__.alias(), Plan.__table__.alias()
    question = subscriptions(asked.subscription_filter or SubscriptionFilter(), WHOLE)
    columns = (
        *texts(subscription, "external_id"),
        *of_tenant(tenant),
        text("plan", plan.c.code),
        *words(subscription, "status", "currency"),
        *amounts(subscription, "amount"),
        *amounts(subscription, "amount_eur", currency="EUR"),
        Column(
            name="mrr", kind=Kind.AMOUNT, of=mrr_of(subscription.c, "amount_cents"), currency=subscription.c.currency
        ),
        Column(name="mrr_eur", kind=Kind.AMOUNT, of=mrr_of(subscription.c), currency=literal_column("'EUR'", Text)),
        *days_of(
            subscription, "started_on", "trial_ends_on", "current_period_start", "current_period_end", "cancelled_on"
        ),
    )
    joined = subscription.join(tenant, tenant.c.id == subscription.c.tenant_id)
    joined = joined.join(plan, plan.c.id == subscription.c.plan_id)
    return Sheet(
        title="Subscriptions", columns=columns, rows=narrowed(question, subscription.c, joined), named=question.named
    )


def _accounting(asked: ExportInput) -> Sheet:
    leg, book, tenant = legs(), Tenant.__table__.alias(), Tenant.__table__.alias()
    question = entries(_entry_filter(asked), WHOLE)
    columns = (
        *days_of(leg, "booked_on", "occurred_on"),
        word("journal", global_id("journal", leg.c.journal_id)),
        *words(leg, "account"),
        word("account_name", account_name_of(leg.c.account)),
        text("book", func.coalesce(book.c.name, literal_column("'Platform'", Text))),
        *words(leg, "currency"),
        *amounts(leg, "amount"),
        *amounts(leg, "amount_eur", currency="EUR"),
        *texts(leg, "description"),
        text("tenant", tenant.c.name),
        *words(leg, "provider"),
        *texts(leg, "provider_reference"),
    )
    joined = leg.outerjoin(book, book.c.id == leg.c.book_id).outerjoin(tenant, tenant.c.id == leg.c.tenant_id)
    return Sheet(
        title="Accounting entries", columns=columns, rows=narrowed(question, leg.c, joined), named=question.named
    )


def _churn(asked: ExportInput) -> Sheet:
    days = _days(asked)
    subscription, tenant = Subscription.__table__.alias(), Tenant.__table__.alias()
    gone = (
        sql_text(GONE)
        .bindparams(start=days.start, end=days.end)
        .columns(
            sql_column("subscription_id", Uuid),
            *(sql_column(name, Date) for name in ("requested_on", "cancelled_on")),
            *(sql_column(name, Text) for name in ("reason", "plan_code", "plan_name", "country")),
            *(sql_column(name, BigInteger) for name in ("impact_eur_cents", "mrr_eur_cents")),
            sql_column("source", Text),
        )
        .subquery("gone")
    )
    joined = gone.join(subscription, subscription.c.id == gone.c.subscription_id)
    joined = joined.join(tenant, tenant.c.id == subscription.c.tenant_id)
    columns = (
        *days_of(gone, "cancelled_on", "requested_on"),
        text("subscription", subscription.c.external_id),
        *of_tenant(tenant),
        text("plan", gone.c.plan_code),
        *words(gone, "reason", "source"),
        Column(name="revenue_impact", kind=Kind.AMOUNT, of=gone.c.impact_eur_cents, currency=EUR),
        Column(name="mrr_lost", kind=Kind.AMOUNT, of=gone.c.mrr_eur_cents, currency=EUR),
    )
    rows = select().select_from(joined).order_by(gone.c.cancelled_on.desc(), gone.c.subscription_id)
    return Sheet(title="Churn", columns=columns, rows=rows)


def _platform_fees(asked: ExportInput) -> Sheet:
    days, by = _days(asked), asked.group_by or FeeGrouping.TENANT
    sums = ("gross_cents", "paid_cents", "outstanding_cents", "booked_cents")
    group = (
        sql_text(BY[by.name])
        .bindparams(start=days.start, end=days.end)
        .columns(
            *(sql_column(name, Text) for name in ("key", "label", "currency")),
            sql_column("invoice_count", BigInteger),
            *(sql_column(name, BigInteger) for name in sums),
        )
        .subquery("fees")
    )
    columns = (
        text(by.name.lower(), group.c.label),
        text("key", global_id("tenant", group.c.key) if by is FeeGrouping.TENANT else group.c.key),
        Column(name="invoices", kind=Kind.COUNT, of=group.c.invoice_count),
        *words(group, "currency"),
        *amounts(group, "gross", "paid", "outstanding", "booked"),
        Column(
            name="difference",
            kind=Kind.AMOUNT,
            of=group.c.booked_cents - group.c.gross_cents,
            currency=group.c.currency,
        ),
    )
    rows = (
        select().select_from(group).order_by(group.c.currency, group.c.gross_cents.desc(), group.c.label, group.c.key)
    )
    return Sheet(title=f"Platform fees by {by.name.lower()}", columns=columns, rows=rows)


def reconciliation_sheet(asked: AskedLines, state: list[LineState] | None) -> Sheet:
    """The lines of a provider and the ledger, in these states."""
    line = lines(asked)
    columns = (
        *days_of(line, "occurred_on"),
        *words(line, "state", "kind"),
        *texts(line, "provider_reference"),
        *words(line, "currency"),
        Column(name="provider_amount", kind=Kind.AMOUNT, of=line.c.provider_cents, currency=line.c.currency),
        Column(name="ledger_amount", kind=Kind.AMOUNT, of=line.c.ledger_cents, currency=line.c.currency),
        Column(name="unexplained", kind=Kind.AMOUNT, of=line.c.unexplained_cents, currency=line.c.currency),
    )
    rows = narrowed(in_states(asked, state, WHOLE), line.c, line)
    return Sheet(title=f"Reconciliation of {asked.provider}", columns=columns, rows=rows)


def reconciled_days(asked: ExportInput) -> tuple[str, Period]:
    """The provider and the days of a RECONCILIATION.

    Raises: BadInput where one is missing.
    """
    if asked.provider is None:
        raise BadInput("RECONCILIATION needs the name of a provider.", argument="input.provider")
    return asked.provider, _days(asked)


def _reconciliation(asked: ExportInput) -> Sheet:
    """Its shape: which lines are known is asked of the books when it is written."""
    provider, days = reconciled_days(asked)
    as_of = datetime.combine(days.end, time(), UTC)
    lines_of_days = AskedLines(provider=provider, window=days, today=days.end, known=None, as_of=as_of)
    return reconciliation_sheet(lines_of_days, asked.state)


def _days(asked: ExportInput) -> Period:
    """The days of a report, once they were found right."""
    return Period.inclusive(*_bounds(asked))


def _bounds(asked: ExportInput) -> tuple[date, date]:
    """Raises: BadInput."""
    if asked.from_ is None or asked.to is None:
        raise BadInput(f"{asked.kind.name} needs from and to.", argument="input.from")
    return asked.from_, asked.to


_SHEETS: Final[Mapping[ExportKind, Callable[[ExportInput], Sheet]]] = {
    ExportKind.INVOICES: _invoices,
    ExportKind.PAYMENTS: _payments,
    ExportKind.UNMATCHED_TRANSFERS: _transfers,
    ExportKind.SUBSCRIPTIONS: _subscriptions,
    ExportKind.CHURN: _churn,
    ExportKind.PLATFORM_FEES: _platform_fees,
    ExportKind.RECONCILIATION: _reconciliation,
    ExportKind.ACCOUNTING: _accounting,
}
_REPORTS: Final = (ExportKind.CHURN, ExportKind.PLATFORM_FEES, ExportKind.RECONCILIATION)
_OF_DAYS: Final = (*_REPORTS, ExportKind.ACCOUNTING)
_OF_A_BOOK: Final = ("from_", "to", "tenant_id")
_NARROWED_BY: Final[Mapping[str, Sequence[ExportKind]]] = {
    "invoice_filter": [ExportKind.INVOICES],
    "payment_filter": [ExportKind.PAYMENTS],
    "transfer_filter": [ExportKind.UNMATCHED_TRANSFERS],
    "subscription_filter": [ExportKind.SUBSCRIPTIONS],
    "accounting_filter": [ExportKind.ACCOUNTING],
    "group_by": [ExportKind.PLATFORM_FEES],
    "provider": [ExportKind.RECONCILIATION],
    "state": [ExportKind.RECONCILIATION],
    "tenant_id": [ExportKind.ACCOUNTING],
    "from_": _OF_DAYS,
    "to": _OF_DAYS,
}
