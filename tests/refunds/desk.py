"""Everything a refund needs, over a test's own books, with a booked card payment to send back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.journals import InvoiceRef, PaymentRef, charged
from procedures.books import Books, Order
from procedures.complete_refunds import complete
from procedures.preview_refund import Previewed, preview
from procedures.refund_payment import Executed, RefundRequest, execute
from providers.registry import Registry
from storage.engine import Database
from storage.invariants import snapshot, verify
from storage.jobs import Jobs
from tests.books import NOW, TODAY, LittleBooks
from tests.refunds.gateway import Gateway, registry_of

ACTOR = "finance@example.org"


@dataclass(kw_only=True)
class Desk:
    """`at` is the time of everything that is done here."""

    database: Database
    little: LittleBooks
    books: Books
    gateway: Gateway
    registry: Registry
    jobs: Jobs
    at: datetime = NOW
    replayed: RefundRequest | None = None  # what a sweep asks again

    def order(self, actor: str = ACTOR) -> Order:
        return Order(actor=actor, reason="Paid twice", at=self.at)

    def paid(
        self,
        cents: int = 100_000,
        *,
        invoice_cents: int | None = None,
        credited: int = 0,
        issuer_type: str = "PLATFORM",
        tenant: UUID | None = None,
        **values: Any,
    ) -> UUID:
        """A booked card payment: of an invoice, `credited` of it a surplus; `invoice_cents` 0: without an invoice."""
        tenant = tenant or self.little.tenant(email="kassor@example.org")
        allocated, ref, invoice = cents - credited, None, None
        if invoice_cents != 0:
            invoice = self.little.invoice(tenant, invoice_cents or allocated, issuer_type=issuer_type)
            number, currency = self.little.one("select number, currency from invoice where id = %s", invoice)
            ref = InvoiceRef(id=invoice, tenant_id=tenant, issuer_type=issuer_type, number=number, currency=currency)
        else:
            allocated = 0
        if values.get("outcome", "SUCCEEDED") != "SUCCEEDED":
            return self.little.payment(tenant, invoice, cents, **{"allocated_cents": 0} | values)
        payment = self.little.payment(tenant, invoice, cents, **{"allocated_cents": allocated} | values)
        facts = PaymentRef(
            id=payment,
            tenant_id=tenant,
            currency="SEK",
            allocated_cents=allocated,
            credited_cents=cents - allocated,
            occurred_on=TODAY,
            invoice=ref,
            provider="sandbox",
        )
        self.little._post(charged(facts, fee_cents=0))
        return payment

    async def preview(self, payment: UUID, cents: int | None = None, *, actor: str = ACTOR) -> Previewed:
        return await preview(payment, cents, actor=actor, at=self.at, books=self.books, registry=self.registry)

    async def request(self, payment: UUID, cents: int, *, actor: str = ACTOR, **more: Any) -> RefundRequest:
        token = (await self.preview(payment, cents, actor=actor)).token
        return RefundRequest(payment_id=payment, amount_cents=cents, preview_token=token, **more)

    async def execute(self, request: RefundRequest, *, actor: str = ACTOR) -> Executed:
        return await execute(request, order=self.order(actor), books=self.books, registry=self.registry, jobs=self.jobs)

    async def refund(self, payment: UUID, cents: int, *, actor: str = ACTOR, **more: Any) -> Executed:
        return await self.execute(await self.request(payment, cents, actor=actor, **more), actor=actor)

    async def complete(self, *, after: timedelta = timedelta(minutes=5)) -> int:
        self.at += after
        return await complete(at=self.at, books=self.books, registry=self.registry, jobs=self.jobs)

    def row(self, refund: UUID) -> Any:
        return self.little.one("select status, needs_review, attempts, credit_note from refund where id = %s", refund)

    def broken(self) -> list[str]:
        """What `billing verify` finds wrong."""
        with self.database.connect() as connection, snapshot(connection):
            return [f"{checked.name}: {checked.broken}" for checked in verify(connection) if checked.broken]


@asynccontextmanager
async def desk_over(database: Database, little: LittleBooks, *, connections_max: int = 8) -> AsyncIterator[Desk]:
    engine, gateway = database.engine(connections_max=connections_max), Gateway()
    try:
        yield Desk(
            database=database,
            little=little,
            books=Books(engine=engine, zone=ZoneInfo("Europe/Stockholm")),
            gateway=gateway,
            registry=registry_of(gateway),
            jobs=Jobs(),
        )
    finally:
        await engine.dispose()
