"""A bank beside the desk: takes what is in the outbox, and reports what became of it in files."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from lxml import etree

from procedures.assign_transfer import assign
from procedures.complete_returns import complete_returns
from procedures.receive_transfers import Received
from procedures.return_transfer import Returned, send_back
from procedures.settle_reports import settle_reports
from providers.refunding import PayerAccount
from providers.registry import Registry
from storage.engine import Database
from tests.books import TODAY
from tests.procedures.intake import received
from tests.providers.bank_files import camt, entry, notification, transaction
from tests.providers.bank_orders import pain002, payment_status, settings, transaction_status
from tests.refunds.desk import ACTOR, Desk

PAYER = PayerAccount(bankgiro="991-2346", name="Björkens BK")


@dataclass(kw_only=True)
class Bank:
    """`desk` works with the real provider, whose outbox is `outbox`."""

    database: Database
    desk: Desk
    outbox: Path
    numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def beside(cls, desk: Desk, outbox: Path) -> "Bank":
        desk.registry = Registry.load(settings=settings(outbox))
        return cls(database=desk.database, desk=desk, outbox=outbox)

    def paid_in(self, cents: int = 125_000, **values: Any) -> UUID:
        """A transfer in the inbox, of a payer whose bankgiro is known."""
        facts = {"counterparty_account": "BG 991-2346", "counterparty_name": "Björkens BK"}
        return self.desk.little.transfer(cents, **facts | values)

    async def paid_invoice(self, cents: int = 125_000) -> UUID:
        """A payment by bank of an invoice."""
        invoice = self.desk.little.invoice(self.desk.little.tenant(email="kassor@example.org"), cents)
        done = await assign(self.paid_in(cents), to=invoice, order=self.desk.order(), books=self.desk.books)
        return done.payment_ids[0]

    async def send_back(self, transfer: UUID, *, to: PayerAccount | None = None, actor: str = ACTOR) -> Returned:
        return await send_back(
            transfer, to=to, order=self.desk.order(actor), books=self.desk.books, registry=self.desk.registry
        )

    async def complete(self) -> int:
        return await complete_returns(at=self.desk.at, books=self.desk.books, registry=self.desk.registry)

    @property
    def orders(self) -> dict[str, int]:
        """What was ordered, in cents, by end-to-end identification."""
        found = {}
        for path in self.outbox.glob("*.xml"):
            root = etree.fromstring(path.read_bytes())
            [key], [amount] = (
                root.xpath(f"//*[local-name() = '{name}']/text()") for name in ("EndToEndId", "InstdAmt")
            )
            found[key] = round(float(amount) * 100)
        return found

    def debited(self, key: str, cents: int, *, day: date = TODAY, reference: str | None = None) -> bytes:
        """The bank's word that it was paid."""
        number = next(self.numbers)
        amount = f"{cents / 100:.2f}"
        paid = transaction(amount, end_to_end_id=key, servicer_reference=reference or f"D{number}")
        return camt(notification(entry(amount, paid, side="DBIT", reference=f"OUT{number}", day=day), id=f"N{number}"))

    def brought_back(self, key: str, cents: int, *, day: date = TODAY) -> bytes:
        number = next(self.numbers)
        amount, reason = f"{cents / 100:.2f}", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
        back = transaction(amount, end_to_end_id=key, servicer_reference=f"B{number}", more=reason)
        return camt(notification(entry(amount, back, reference=f"IN{number}", day=day), id=f"N{number}"))

    def refused(self, key: str, *, reason: str = "AC04", status: str = "RJCT") -> bytes:
        return pain002(payment_status(transaction_status(key, status=status, reason=reason), of=key), of=key)

    async def report(self, content: bytes, *, at: datetime | None = None) -> Received:
        """Take a file in, and settle what it says."""
        taken = received(
            self.database, content, file_name=f"bank-{next(self.numbers)}.xml", registry=self.desk.registry
        )
        await self.settle(at=at)
        return taken

    async def settle(self, *, at: datetime | None = None) -> int:
        return await settle_reports(at=at or self.desk.at, books=self.desk.books, jobs=self.desk.jobs)

    def outcomes(self) -> list[tuple[str, str | None]]:
        """What became of the reports, in the order in which they came."""
        [found] = self.desk.little.one(
            "select coalesce(array_agg(array[kind, outcome] order by id), '{}') from payout_report"
        )
        return [tuple(one) for one in found]

    def balances(self, *accounts: str) -> list[int]:
        return [self.desk.little.balance(account) for account in accounts]
