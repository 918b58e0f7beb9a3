"""Which sheet an export is: the lists of the API, narrowed by the very filters of the screens."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import ColumnElement, case

from billing.chart import ACCOUNT_NAMES, CLASS_NAMES, account_name
from billing.refusals import BadInput
from schema.accounting import AccountingEntryFilter, entries, legs
from schema.exports import ExportFormat, ExportInput, ExportKind
from schema.invoice_lists import InvoiceFilter, InvoiceOrder, invoices
from schema.payment_lists import PaymentFilter, PaymentOrder, payments
from schema.reading import paging
from schema.sheets import Sheet, amounts, days, instants, narrowed, of_tenant, text, texts, word, words
from schema.subscription_lists import SubscriptionFilter, subscriptions
from schema.transfers import BankTransferFilter, inbox
from storage.invoices import Invoice
from storage.payments import Payment
from storage.subscriptions import Subscription
from storage.tenants import Plan, Tenant
from storage.transfers import BankFile, BankTransfer

WHOLE: Final = paging.page("export", first=None, after=None)


def sheet_of(asked: ExportInput) -> Sheet:
    """The table that an export is asked for.

    Raises: BadInput for what does not go together; what the list of the screen raises.
    """
    if asked.format is ExportFormat.SIE4 and asked.kind is not ExportKind.ACCOUNTING:
        raise BadInput(
            f"SIE4 holds the vouchers of ACCOUNTING; take {asked.kind.name} as CSV, XLSX or PDF.",
            argument="input.format",
        )
    for argument, kind in _NARROWED_BY.items():
        if getattr(asked, argument) is not None and kind is not asked.kind:
            raise BadInput(f"This narrows {kind.name}, and {asked.kind.name} is asked for.", argument=_camel(argument))
    return _SHEETS[asked.kind](asked)


def accounting_filter(asked: ExportInput) -> AccountingEntryFilter:
    """The filter of `accountingEntries` that shows the same book and days."""
    return AccountingEntryFilter(
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
        *days(invoice, "issued_on", "due_on"),
        *words(invoice, "currency"),
        *amounts(invoice, "total", "tax", "paid", "refunded", "outstanding"),
        *texts(invoice, "external_id"),
    )
    joined = invoice.join(tenant, tenant.c.id == invoice.c.tenant_id)
    return Sheet(title="Invoices", columns=columns, rows=narrowed(question, invoice.c, joined))


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
        *amounts(payment, "amount", "fee", "refunded", "refundable", "credited"),
        *instants(payment, "refunded_at"),
        *texts(payment, "external_id"),
    )
    joined = payment.join(tenant, tenant.c.id == payment.c.tenant_id)
    joined = joined.outerjoin(invoice, invoice.c.id == payment.c.invoice_id)
    return Sheet(title="Payments", columns=columns, rows=narrowed(question, payment.c, joined))


def _transfers(asked: ExportInput) -> Sheet:
    transfer, file = BankTransfer.__table__.alias(), BankFile.__table__.alias()
    question = inbox(asked.transfer_filter or BankTransferFilter(), WHOLE)
    columns = (
        *days(transfer, "booked_on"),
        *words(transfer, "status", "provider", "currency"),
        *amounts(transfer, "amount"),
        *texts(transfer, "ocr_text", "message", "counterparty_name", "counterparty_account", "ignored_reason"),
        text("bank_file", file.c.file_name),
    )
    joined = transfer.join(file, file.c.id == transfer.c.bank_file_id)
    return Sheet(title="Bank transfers", columns=columns, rows=narrowed(question, transfer.c, joined))


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
        *days(
            subscription, "started_on", "trial_ends_on", "current_period_start", "current_period_end", "cancelled_on"
        ),
    )
    joined = subscription.join(tenant, tenant.c.id == subscription.c.tenant_id)
    joined = joined.join(plan, plan.c.id == subscription.c.plan_id)
    return Sheet(title="Subscriptions", columns=columns, rows=narrowed(question, subscription.c, joined))


def _accounting(asked: ExportInput) -> Sheet:
    leg, tenant = legs(), Tenant.__table__.alias()
    question = entries(accounting_filter(asked), WHOLE)
    columns = (
        *days(leg, "booked_on", "occurred_on"),
        word("journal", leg.c.journal_id),
        *words(leg, "account"),
        word("account_name", account_name_of(leg.c.account)),
        *words(leg, "currency"),
        *amounts(leg, "amount"),
        *amounts(leg, "amount_eur", currency="EUR"),
        *texts(leg, "description"),
        text("tenant", tenant.c.name),
        *words(leg, "provider"),
        *texts(leg, "provider_reference"),
    )
    joined = leg.outerjoin(tenant, tenant.c.id == leg.c.tenant_id)
    return Sheet(title="Accounting entries", columns=columns, rows=narrowed(question, leg.c, joined))


def account_name_of(account: ColumnElement[str]) -> ColumnElement[str]:
    """What `billing.chart.account_name` says, in SQL."""
    known = [(account == number, name) for number, name in ACCOUNT_NAMES.items()]
    groups = [(account.like(f"{group}%"), account_name(group)) for group in ("59", *CLASS_NAMES)]
    return case(*known, *groups, else_=account_name(""))


def _camel(argument: str) -> str:
    first, *rest = argument.strip("_").split("_")
    return "input." + first + "".join(word.capitalize() for word in rest)


_SHEETS: Final[Mapping[ExportKind, Callable[[ExportInput], Sheet]]] = {
    ExportKind.INVOICES: _invoices,
    ExportKind.PAYMENTS: _payments,
    ExportKind.UNMATCHED_TRANSFERS: _transfers,
    ExportKind.SUBSCRIPTIONS: _subscriptions,
    ExportKind.ACCOUNTING: _accounting,
}
_NARROWED_BY: Final = {
    "invoice_filter": ExportKind.INVOICES,
    "payment_filter": ExportKind.PAYMENTS,
    "transfer_filter": ExportKind.UNMATCHED_TRANSFERS,
    "subscription_filter": ExportKind.SUBSCRIPTIONS,
    "tenant_id": ExportKind.ACCOUNTING,
    "from_": ExportKind.ACCOUNTING,
    "to": ExportKind.ACCOUNTING,
}
