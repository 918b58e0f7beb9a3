"""Dunning in tests: an overdue invoice, days that pass, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from billing.dunning import DEFAULT_STAGES, Stage
from procedures.books import Books, Order
from procedures.notify_tenant import notify_all
from procedures.run_dunning import end_dunning_pauses, run_dunning
from tests.books import LittleBooks

DUE = date(2026, 9, 1)


@dataclass(slots=True)
class Outbox:
    """Keeps what is handed over."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def hand_over(self, mail: EmailMessage, *, key: UUID) -> None:  # noqa: ARG002 - a postbox
        self.mails.append(mail)

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


@dataclass(slots=True, kw_only=True)
class DunningDesk:
    """`today` is the business day of everything that is done here."""

    little: LittleBooks
    books: Books
    today: date = DUE
    stages: Sequence[Stage] = DEFAULT_STAGES
    issuers: Sequence[str] = ("PLATFORM",)
    outbox: Outbox = field(default_factory=Outbox)

    @property
    def at(self) -> datetime:
        return datetime.combine(self.today, time(9), UTC)

    @property
    def order(self) -> Order:
        return Order(actor="finance@example.org", reason="Promised to pay by Friday", at=self.at)

    def invoice(self, cents: int = 125_000, *, email: str | None = "kassor@example.org", **values: Any) -> UUID:
        """An invoice of a tenant of its own, due on `DUE`."""
        tenant = values.pop("tenant", None) or self.little.tenant(email=email)
        return self.little.invoice(tenant, cents, issued_on=DUE - timedelta(days=30), **{"due_on": DUE} | values)

    def paid(self, invoice: UUID) -> UUID:
        tenant, cents = self.little.one("select tenant_id, outstanding_cents from invoice where id = %s", invoice)
        return self.little.payment(tenant, invoice, cents)

    async def run(self, after_due: int | None = None) -> int:
        """One run, `after_due` days after the due day; with the mails sent."""
        if after_due is not None:
            self.today = DUE + timedelta(days=after_due)
        taken = await run_dunning(at=self.at, stages=self.stages, issuers=self.issuers, books=self.books)
        await end_dunning_pauses(at=self.at, books=self.books)
        await notify_all(at=self.at, books=self.books, postbox=self.outbox)
        return taken

    async def run_daily(self, first: int, last: int) -> None:
        for day in range(first, last + 1):
            await self.run(day)

    def case(self, invoice: UUID) -> UUID:
        [key] = self.little.one("select id from dunning_case where invoice_id = %s", invoice)
        return key  # type: ignore[no-any-return]

    def actions(self, invoice: UUID) -> list[tuple[str, int]]:
        """The stages taken, each with the day after due."""
        taken = self.little.connection.execute(
            "select a.stage, (a.taken_at at time zone 'Europe/Stockholm')::date from dunning_action a"
            " join dunning_case c on c.id = a.case_id where c.invoice_id = %s order by a.id",
            [invoice],
        ).fetchall()
        return [(stage, (day - DUE).days) for stage, day in taken]

    def said(self, columns: str, invoice: UUID) -> Any:
        """Columns of the invoice's case."""
        return self.little.one(f"select {columns} from dunning_case where invoice_id = %s", invoice)
