"""Exports: what can be had as a file, and the link to one."""

from datetime import date, datetime
from enum import Enum
from typing import Any, Final

import strawberry
from strawberry.types.base import get_object_definition

from schema.accounting import AccountingEntryFilter
from schema.invoice_lists import InvoiceFilter
from schema.payment_lists import PaymentFilter
from schema.platform_fees import FeeGrouping
from schema.reconciliation import LineState
from schema.subscription_lists import SubscriptionFilter
from schema.transfers import BankTransferFilter


@strawberry.enum
class ExportKind(Enum):
    INVOICES = "INVOICES"
    PAYMENTS = "PAYMENTS"
    UNMATCHED_TRANSFERS = "UNMATCHED_TRANSFERS"
    SUBSCRIPTIONS = "SUBSCRIPTIONS"
    CHURN = "CHURN"
    PLATFORM_FEES = "PLATFORM_FEES"
    RECONCILIATION = "RECONCILIATION"
    ACCOUNTING = "ACCOUNTING"


@strawberry.enum(description="SIE4 is for ACCOUNTING only: vouchers for a bookkeeping program (type 4I).")
class ExportFormat(Enum):
    CSV = "CSV"
    XLSX = "XLSX"
    PDF = "PDF"
    SIE4 = "SIE4"


EXTENSIONS: Final = {
    ExportFormat.CSV: "csv",
    ExportFormat.XLSX: "xlsx",
    ExportFormat.PDF: "pdf",
    ExportFormat.SIE4: "si",
}
MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.SIE4: "application/octet-stream",
}


@strawberry.input(
    description="The filter is that of the list on the screen. CHURN, PLATFORM_FEES and RECONCILIATION need `from` and `to`; "
    "ACCOUNTING is the list of `accountingFilter`, or a whole book: the platform's own or that of `tenantId`, of these days if "
    "they are told."
)
class ExportInput:
    kind: ExportKind
    format: ExportFormat
    invoice_filter: InvoiceFilter | None = None
    payment_filter: PaymentFilter | None = None
    transfer_filter: BankTransferFilter | None = None
    subscription_filter: SubscriptionFilter | None = None
    accounting_filter: AccountingEntryFilter | None = strawberry.field(
        default=None, description="Of ACCOUNTING as a list: without `from`, `to` and `tenantId`, and not as SIE4."
    )
    from_: date | None = strawberry.field(default=None, name="from", description="This day included.")
    to: date | None = strawberry.field(default=None, description="This day included.")
    group_by: FeeGrouping | None = strawberry.field(
        default=None, description="Of PLATFORM_FEES; by tenant if left out."
    )
    provider: str | None = strawberry.field(default=None, description="Of RECONCILIATION, which needs it.")
    state: list[LineState] | None = strawberry.field(
        default=None, description="Of RECONCILIATION: its lines in these states; all lines if left out."
    )
    tenant_id: strawberry.ID | None = strawberry.field(default=None, description="Whose book ACCOUNTING is.")


@strawberry.type(description="A signed link that expires; opening it streams the file.")
class ExportLink:
    url: str = strawberry.field(description="Good for this one export; whoever has it may open it.")
    expires_at: datetime
    file_name: str
    media_type: str


def file_of(asked: ExportInput) -> str:
    """The name of an export's path: `invoices.csv`."""
    return f"{asked.kind.name.lower().replace('_', '-')}.{EXTENSIONS[asked.format]}"


def pack_file(month: date) -> str:
    """The name of a closed month's pack: `close-2026-10.zip`."""
    return f"close-{month:%Y-%m}.zip"


def as_json(value: Any) -> Any:
    """An input, filter or value as the JSON that a client would have sent. What was left out stays out; a null does not
    where leaving it out would mean something else."""
    definition = get_object_definition(type(value))
    if definition is not None:
        given = ((field, getattr(value, field.python_name)) for field in definition.fields)
        return {
            field.graphql_name or camel(field.python_name): as_json(item)
            for field, item in given
            if item is not strawberry.UNSET and (item is not None or field.default_value is not None)
        }
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    return value.isoformat() if isinstance(value, date) else value


def camel(name: str) -> str:
    """A Python name as the API has it: `from_` is `from`, `group_by` `groupBy`."""
    first, *rest = name.strip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)
