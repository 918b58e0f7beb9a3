"""The unmatched-payments inbox: bank transfers, the files they came in, and which invoices they may pay."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import BigInteger, Select, func, or_, select

from schema.accounting import AccountingEntry, in_order
from schema.bounds import check_amounts, check_window
from schema.filters import named
from schema.ids import from_global
from schema.money import Money
from schema.node import Node, PageInfo
from schema.payments import Payment
from schema.reading.bindings import Scope, batched, column, computed, derived, expression, many, money, one, rows_of
from schema.reading.paging import Order, Page
from schema.reading.questions import Condition, OneOf, PageOf, given, names
from schema.reading.searching import containing, like
from schema.scalars import Cents, CurrencyCode
from schema.suggestions import FACTS, InvoiceSuggestion, suggested
from storage.payouts import TransferReturn as ReturnRow
from storage.transfers import BankDeposit
from storage.transfers import BankFile as FileRow
from storage.transfers import BankTransfer as Row


@strawberry.enum(
    description="MATCHED: by machine on arrival. UNMATCHED: in the inbox. ASSIGNED: by a person. IGNORED: parked. "
    "RETURNED: sent back to the payer, or ordered to be; see `returns`."
)
class TransferStatus(Enum):
    MATCHED = "MATCHED"
    UNMATCHED = "UNMATCHED"
    ASSIGNED = "ASSIGNED"
    IGNORED = "IGNORED"
    RETURNED = "RETURNED"


def sums(rows: Scope) -> Select[Any]:
    """The amounts of a list, a row a currency."""
    total = func.sum(rows.amount_cents).cast(BigInteger).label("amount_cents")
    return select(rows.currency, total).group_by(rows.currency).order_by(rows.currency)


def of_file(file: Scope) -> Select[Any]:
    """What a file reported, a row a currency."""
    transfer = Row.__table__.alias()
    total = func.sum(transfer.c.amount_cents).cast(BigInteger).label("amount_cents")
    wanted = select(transfer.c.currency, total).where(transfer.c.bank_file_id == file.id)
    return wanted.group_by(transfer.c.currency).order_by(transfer.c.currency)


def deposit_reference(transfer: Scope) -> Any:
    deposit = BankDeposit.__table__.alias()
    return select(deposit.c.reference).where(deposit.c.id == transfer.deposit_id).scalar_subquery()


@rows_of(FileRow.__table__.alias)
@strawberry.type(description="A file of a bank as it was received; the counts are those of its arrival.")
class BankFile(Node):
    id: strawberry.ID = column()
    provider: str = column()
    format: str = column(description="As recognised by its content, e.g. camt.054.001.02.")
    file_name: str = column()
    sha256: str = column()
    imported_at: datetime = column()
    imported_by: str = column()
    transfer_count: int = column()
    matched_count: int = column(description="Matched by machine on arrival.")
    unmatched_count: int = column(description="Left to the inbox on arrival.")
    total: list[Money] = computed(of_file, description="The sum of its transfers, one row a currency.")
    warnings: list[str] = column(description="What a person should know, though the file was booked.")


@strawberry.enum(
    description="PENDING: ordered, and not confirmed by the bank yet. SUCCEEDED: its debit is booked. FAILED: the bank "
    "refused it or sent it back, and the transfer is in the inbox again."
)
class ReturnStatus(Enum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


def written(account: dict[str, str | None]) -> str:
    """An account as people write it."""
    if account["bankgiro"]:
        return f"BG {account['bankgiro'][:-4]}-{account['bankgiro'][-4:]}"
    if account["plusgiro"]:
        return f"PG {account['plusgiro'][:-1]}-{account['plusgiro'][-1:]}"
    return account["iban"] or f"{account['clearing']}, {account['account']}"


@rows_of(ReturnRow.__table__.alias)
@strawberry.type(description="An order to send a transfer back to its payer.")
class TransferReturn(Node):
    id: strawberry.ID = column()
    status: ReturnStatus = column()
    account: str = derived(written, "payer_account", description="Where the money goes, e.g. BG 991-2346.")
    actor: str = column()
    reason: str = column()
    problem: str | None = column(description="Why it failed, or what stood in the way of the last attempt.")
    ordered_at: datetime = column("created_at")
    settled_at: datetime | None = column(description="When it was known to have succeeded or failed.")


@rows_of(Row.__table__.alias)
@strawberry.type(description="One payment into our bank account; negative: a deduction that the payer took off.")
class BankTransfer(Node):
    id: strawberry.ID = column()
    provider: str = column()
    status: TransferStatus = column()
    amount: Money = money("amount_cents")
    booked_on: date = column()
    ocr_text: str | None = column(
        description="The references as the payer gave them, checked ones first: 7495575, F-12."
    )
    message: str | None = column()
    counterparty_name: str | None = column()
    counterparty_account: str | None = column()
    bank_file: BankFile | None = one(lambda transfer, file: file.id == transfer.bank_file_id)
    deposit_reference: str | None = expression(deposit_reference)
    suggestions: list[InvoiceSuggestion] = batched(
        suggested,
        *FACTS,
        description="The open invoices it may pay, best first: at most `limit`, 1 to 5; none once it is used.",
    )
    payments: list[Payment] = many(
        lambda transfer, payment: (payment.bank_transfer_id == transfer.id) & payment.undone_at.is_(None),
        order=lambda payment: [payment.id],
        description="What it was assigned as; none after it was unassigned.",
    )
    ignored_reason: str | None = column()
    returns: list[TransferReturn] = many(
        lambda transfer, made: made.bank_transfer_id == transfer.id,
        order=lambda made: [made.created_at, made.id],
        description="Orders to send it back, the latest last. While one is PENDING the transfer is RETURNED already: it "
        "cannot be used, and its money stays in unmatched receipts until the bank confirms.",
    )
    accounting_entries: list[AccountingEntry] = many(
        lambda transfer, entry: entry.bank_transfer_id == transfer.id, order=in_order
    )


@strawberry.type
class BankTransferEdge:
    cursor: str
    node: BankTransfer


@strawberry.type
class BankTransferConnection:
    edges: list[BankTransferEdge]
    nodes: list[BankTransfer]
    page_info: PageInfo
    total_count: int
    totals: list[Money] = computed(sums, description="Sums over the whole filtered list, one row a currency.")


@strawberry.type
class BankFileEdge:
    cursor: str
    node: BankFile


@strawberry.type
class BankFileConnection:
    edges: list[BankFileEdge]
    nodes: list[BankFile]
    page_info: PageInfo
    total_count: int


@strawberry.input(description="What to show; all conditions hold at once.")
class BankTransferFilter:
    status: list[TransferStatus] | None = strawberry.field(default_factory=lambda: [TransferStatus.UNMATCHED])
    provider: str | None = None
    currency: CurrencyCode | None = None
    booked_from: date | None = strawberry.field(default=None, description="This day included.")
    booked_to: date | None = strawberry.field(default=None, description="This day included.")
    min_amount_cents: Cents | None = None
    max_amount_cents: Cents | None = None
    search: str | None = strawberry.field(
        default=None, description="Part of a reference, the message, counterparty's name or account."
    )
    bank_file_id: strawberry.ID | None = None


_STATUS = OneOf(lambda transfer: transfer.status)
_PROVIDER = Condition(lambda transfer, provider: transfer.provider == provider)
_CURRENCY = Condition(lambda transfer, currency: transfer.currency == currency)
_BOOKED_FROM = Condition(lambda transfer, day: transfer.booked_on >= day)
_BOOKED_TO = Condition(lambda transfer, day: transfer.booked_on <= day)
_MIN_AMOUNT = Condition(lambda transfer, cents: transfer.amount_cents >= cents)
_MAX_AMOUNT = Condition(lambda transfer, cents: transfer.amount_cents <= cents)
_FILE = Condition(lambda transfer, key: transfer.bank_file_id == key)
_SEARCH = Condition(
    lambda transfer, text: or_(
        *(
            like(said, text)
            for said in (
                transfer.ocr_text,
                transfer.message,
                transfer.counterparty_name,
                transfer.counterparty_account,
            )
        )
    )
)
_NEWEST_FIRST = Order(lambda row: [row.booked_on, row.id], descending=True)
_LATEST_FIRST = Order(lambda row: [row.id], descending=True)


def inbox(asked: BankTransferFilter, at: Page) -> PageOf:
    """The transfers that a filter lets through, the newest first.

    Raises: BadInput for bounds that nothing lies between; NotFound for an id of nothing, or of something else.
    """
    check_window(asked.booked_from, asked.booked_to, "bookedTo")
    check_amounts(asked.min_amount_cents, asked.max_amount_cents, "maxAmountCents")
    file_id = None if asked.bank_file_id is None else from_global(asked.bank_file_id, "BankFile", argument="bankFileId")
    where = given(
        _STATUS.of(names(asked.status)),
        (_PROVIDER, asked.provider),
        (_CURRENCY, asked.currency),
        (_BOOKED_FROM, asked.booked_from),
        (_BOOKED_TO, asked.booked_to),
        (_MIN_AMOUNT, asked.min_amount_cents),
        (_MAX_AMOUNT, asked.max_amount_cents),
        (_SEARCH, containing(asked.search)),
        (_FILE, file_id),
    )
    return PageOf(
        where=where, order=_NEWEST_FIRST, at=at, named=named("BankFile", None if file_id is None else [file_id])
    )


def files(at: Page) -> PageOf:
    """All bank files, the latest first."""
    return PageOf(where=(), order=_LATEST_FIRST, at=at)
