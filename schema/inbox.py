"""What one does with the inbox: inputs and what they answer."""

from uuid import UUID

import strawberry

from schema.accounting import AccountingEntry
from schema.invoices import Invoice
from schema.payments import Payment
from schema.reading.bindings import fetched
from schema.scalars import Cents
from schema.tenants import Tenant
from schema.transfers import BankFile, BankTransfer

REASON = "Why, in 3 to 500 characters: it stays in the audit trail."


@strawberry.input(description="One of `invoiceId` and `tenantId` (the tenant's credit).")
class AllocationInput:
    invoice_id: strawberry.ID | None = None
    tenant_id: strawberry.ID | None = None
    amount_cents: Cents


@strawberry.input
class AssignTransferInput:
    transfer_id: strawberry.ID
    reason: str = strawberry.field(description=REASON)
    invoice_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="One invoice, for the transfer's whole amount (a surplus becomes tenant credit); "
        "or `allocations`, which add up to it.",
    )
    allocations: list[AllocationInput] | None = None


@strawberry.type
class AssignTransferPayload:
    transfer_id: strawberry.Private[UUID]
    payment_ids: strawberry.Private[list[UUID]]
    invoice_ids: strawberry.Private[list[UUID]]
    journal_ids: strawberry.Private[list[UUID]]
    transfer: BankTransfer = fetched("transfer_id")
    payments: list[Payment] = fetched("payment_ids")
    invoices: list[Invoice] = fetched("invoice_ids")
    accounting_entries: list[AccountingEntry] = fetched(
        "journal_ids", by="journal_id", description="Those of the assignment."
    )


@strawberry.input
class UnassignTransferInput:
    transfer_id: strawberry.ID
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class UnassignTransferPayload:
    transfer_id: strawberry.Private[UUID]
    invoice_ids: strawberry.Private[list[UUID]]
    journal_ids: strawberry.Private[list[UUID]]
    transfer: BankTransfer = fetched("transfer_id")
    invoices: list[Invoice] = fetched("invoice_ids")
    accounting_entries: list[AccountingEntry] = fetched(
        "journal_ids", by="journal_id", description="Those that undid the assignment."
    )


@strawberry.input
class IgnoreTransferInput:
    transfer_id: strawberry.ID
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class IgnoreTransferPayload:
    transfer_id: strawberry.Private[UUID]
    transfer: BankTransfer = fetched("transfer_id")


@strawberry.input
class RestoreTransferInput:
    transfer_id: strawberry.ID
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class RestoreTransferPayload:
    transfer_id: strawberry.Private[UUID]
    transfer: BankTransfer = fetched("transfer_id")


@strawberry.input(
    description="Where money goes back to, where the bank's file does not say: iban, bankgiro, plusgiro, or clearing and "
    "account."
)
class PayerAccountInput:
    iban: str | None = None
    bankgiro: str | None = None
    plusgiro: str | None = None
    clearing: str | None = None
    account: str | None = None
    name: str | None = None


@strawberry.input
class ReturnTransferInput:
    transfer_id: strawberry.ID
    reason: str = strawberry.field(description=REASON)
    payer_account: PayerAccountInput | None = None


@strawberry.type
class ReturnTransferPayload:
    transfer_id: strawberry.Private[UUID]
    journal_ids: strawberry.Private[list[UUID]]
    transfer: BankTransfer = fetched("transfer_id")
    accounting_entries: list[AccountingEntry] = fetched(
        "journal_ids", by="journal_id", description="Those of the return: none until the bank has confirmed it."
    )


@strawberry.input
class ApplyCreditInput:
    tenant_id: strawberry.ID
    invoice_id: strawberry.ID
    amount_cents: Cents
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class ApplyCreditPayload:
    payment_id: strawberry.Private[UUID]
    invoice_id: strawberry.Private[UUID]
    tenant_id: strawberry.Private[UUID]
    payment: Payment = fetched("payment_id")
    invoice: Invoice = fetched("invoice_id")
    tenant: Tenant = fetched("tenant_id")


@strawberry.input
class ImportBankFileInput:
    provider: str = strawberry.field(description="Whose file it is, e.g. bankgirot.")
    file_name: str
    content_base64: str = strawberry.field(description="Base64 of the file's bytes; files up to 10 MB.")
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class ImportBankFilePayload:
    bank_file_id: strawberry.Private[UUID]
    bank_file: BankFile = fetched("bank_file_id")
