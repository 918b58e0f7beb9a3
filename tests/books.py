"""Small books for tests: tenants, issued invoices and received transfers, booked with the rules that the service uses."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from billing.fx import Rates
from billing.intervals import Interval
from billing.journals import InvoiceRef, PaymentRef, charged, issued, opening_balance, received
from billing.mrr import Change, Price, TenantMrr
from billing.vat import VatPart
from storage.journals import copy_postings
from storage.mrr import copy_movements

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RATE_OF_SEK = Decimal("11.25")


@dataclass(slots=True)
class LittleBooks:
    """Writes rows with their journals; every figure has a default, every key is given back."""

    connection: psycopg.Connection[Any]
    rates: Rates = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._insert("fx_rate", currency="SEK", on_day=date(2024, 1, 1), rate=RATE_OF_SEK)
        self.rates = Rates([("SEK", date(2024, 1, 1), RATE_OF_SEK)])

    def _insert(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))

    def _post(self, postings: Any) -> None:
        with self.connection.cursor() as cursor:
            copy_postings(cursor, postings, self.rates)

    def tenant(self, name: str = "Björkens Boule", **values: Any) -> UUID:
        key = uuid7()
        row = {"country": "SE", "currency": "SEK", "created_on": date(2024, 1, 1)} | values
        self._insert("tenant", id=key, external_id=f"tenant-{next(self.numbers)}", name=name, **row)
        return key

    def invoice(
        self, tenant_id: UUID, total_cents: int = 125_000, *, issuer_type: str = "PLATFORM", **values: Any
    ) -> UUID:
        key, number = uuid7(), next(self.numbers)
        tax_cents = values.pop("tax_cents", total_cents // 5)
        row = {
            "number": f"F-{number}",
            "customer_name": "Björkens Boule",
            "currency": "SEK",
            "issued_on": TODAY - timedelta(days=20),
            "due_on": TODAY + timedelta(days=10),
        } | values
        amounts = {"total_cents": total_cents, "tax_cents": tax_cents}
        self._insert("invoice", id=key, tenant_id=tenant_id, issuer_type=issuer_type, **row, **amounts)
        ref = InvoiceRef(
            id=key, tenant_id=tenant_id, issuer_type=issuer_type, number=row["number"], currency=row["currency"]
        )
        self._post(issued(ref, [VatPart(Decimal(25), total_cents - tax_cents, tax_cents)], on=row["issued_on"]))
        return key

    def line(self, invoice_id: UUID, ordinal: int, description: str, vat_rate: Decimal | None) -> None:
        self._insert("invoice_line", invoice_id=invoice_id, ordinal=ordinal, description=description, net_cents=100,
                     vat_rate=vat_rate, vat_cents=25)  # fmt: skip

    def transfer(self, cents: int = 125_000, *, payee: str = "BG 991-2346", **values: Any) -> UUID:
        file_id, deposit_id, key = uuid7(), uuid7(), uuid7()
        counts = {"transfer_count": 1, "matched_count": 0, "unmatched_count": 1}
        row = {"status": "UNMATCHED", "currency": "SEK", "booked_on": TODAY - timedelta(days=1)} | values
        self._insert(
            "bank_file", id=file_id, provider="bankgirot", format="BgMax 01", file_name=f"{key}.txt", sha256=key.hex,
            imported_at=NOW, imported_by="cli:test", warnings=[], **counts,
        )  # fmt: skip
        self._insert(
            "bank_deposit", id=deposit_id, bank_file_id=file_id, reference="00070", payee=payee, payment_count=1,
            amount_cents=cents, currency=row["currency"], booked_on=row["booked_on"],
        )  # fmt: skip
        self._insert(
            "bank_transfer", id=key, provider="bankgirot", bank_file_id=file_id, deposit_id=deposit_id, ordinal=1,
            amount_cents=cents, refs=Jsonb([]), **row,
        )  # fmt: skip
        self._post(
            received(
                transfer_id=key, cents=cents, currency=row["currency"], on=row["booked_on"], provider="bankgirot",
                reference=None,
            )
        )  # fmt: skip
        return key

    def payment(self, tenant_id: UUID, invoice_id: UUID | None, cents: int, **values: Any) -> UUID:
        """A card payment, all of it for the invoice."""
        key = uuid7()
        row = {
            "method": "CARD",
            "provider": "sandbox",
            "currency": "SEK",
            "paid_at": NOW,
            "outcome": "SUCCEEDED",
        } | values
        paid = {"amount_cents": cents, "allocated_cents": cents if invoice_id else 0}
        row.setdefault("provider_reference", f"ch_{key.hex[-8:]}")
        self._insert("payment", id=key, tenant_id=tenant_id, invoice_id=invoice_id, **paid | row)
        return key

    def paid(self, tenant_id: UUID, invoice_id: UUID, cents: int) -> None:
        """A card payment of a platform invoice, booked."""
        key = self.payment(tenant_id, invoice_id, cents)
        number, currency = self.one("select number, currency from invoice where id = %s", invoice_id)
        ref = InvoiceRef(id=invoice_id, tenant_id=tenant_id, issuer_type="PLATFORM", number=number, currency=currency)
        payment = PaymentRef(
            id=key, tenant_id=tenant_id, currency=currency, allocated_cents=cents, credited_cents=0, occurred_on=TODAY,
            invoice=ref,
        )  # fmt: skip
        self._post(charged(payment, fee_cents=0))

    def opening_balance(self, cents: int, *, on: date) -> None:
        """Of the bank account, in SEK."""
        self._post(opening_balance(subject_id=uuid7(), account="1930", cents=cents, currency="SEK", on=on))

    def plan(self, code: str = "club", cents: int = 49_000, **values: Any) -> UUID:
        key = uuid7()
        row = {"name": code.title(), "tier": 1, "currency": "SEK", "interval": "MONTH", "interval_count": 1} | values
        self._insert("plan", id=key, code=code, amount_cents=cents, **row)
        return key

    def subscription(self, tenant_id: UUID, plan_id: UUID, **values: Any) -> UUID:
        """With its log and what it did to MRR: started, and what led to its status on the first day of its period."""
        key = uuid7()
        row = {
            "external_id": f"sub-{next(self.numbers)}", "status": "ACTIVE", "amount_cents": 49_000, "currency": "SEK",
            "amount_eur_cents": 4_356, "started_on": date(2025, 1, 1), "current_period_start": date(2026, 11, 1),
            "current_period_end": date(2026, 12, 1),
        } | values  # fmt: skip
        self._insert("subscription", id=key, tenant_id=tenant_id, plan_id=plan_id, **row)
        led_to = {"PAUSED": "PAUSED", "PAST_DUE": "PAST_DUE", "CANCELLED": "CANCELLED"}.get(row["status"])
        if led_to is None and row.get("trial_ends_on") and row["status"] == "ACTIVE":
            led_to = "TRIAL_ENDED"
        self._log(key, row, "STARTED", row["started_on"])
        if led_to:
            self._log(key, row, led_to, row["cancelled_on"] if led_to == "CANCELLED" else row["current_period_start"])
        return key

    def _log(self, subscription_id: UUID, row: dict[str, Any], kind: str, on: date) -> None:
        """The next entry of a subscription's log, and its movements."""
        tenant_id, plan_id, unit, many, ordinal = self.one(
            "select s.tenant_id, s.plan_id, p.interval, p.interval_count, (select count(*) from plan_history h"
            " where h.subscription_id = s.id) from subscription s join plan p on p.id = s.plan_id where s.id = %s",
            subscription_id,
        )
        history_id, interval = uuid7(), Interval(unit=unit, count=many)
        amounts = {"amount_cents": row["amount_cents"], "amount_eur_cents": row["amount_eur_cents"]}
        self._insert(
            "plan_history", id=history_id, subscription_id=subscription_id, ordinal=ordinal + 1, kind=kind,
            effective_on=on, actor="a@b.se", plan_id=plan_id, **amounts,
        )  # fmt: skip
        price = Price(
            plan_id=plan_id, interval=interval, cents=row["amount_cents"], currency=row["currency"],
            eur_cents=row["amount_eur_cents"],
        )  # fmt: skip
        tried = bool(row.get("trial_ends_on"))
        counted = not tried if kind == "STARTED" else kind not in ("PAUSED", "CANCELLED")
        before = price if ordinal and not (tried and ordinal == 1) else None
        change = Change(
            subscription_id=subscription_id, history_id=history_id, on=on, cause=kind, before=before,
            after=price if counted else None,
        )  # fmt: skip
        brought, ever = self.one(
            "select coalesce(sum(eur_cents), 0)::bigint, coalesce(bool_or(tenant_delta > 0), false) from mrr_movement"
            " where tenant_id = %s",
            tenant_id,
        )
        moved = TenantMrr(tenant_id=tenant_id, eur_cents=brought, ever=ever).movements([change])
        with self.connection.cursor() as cursor:
            copy_movements(cursor, "mrr_movement", moved)

    def balance(self, account: str, *, book: UUID | None = None) -> int:
        """What an account holds in a book, debit positive, all currencies of the test together."""
        found = self.connection.execute(
            "select coalesce(sum(amount_cents), 0)::bigint from accounting_entry"
            " where account = %s and book_id is not distinct from %s",
            [account, book],
        ).fetchone()
        assert found is not None
        return int(found[0])

    def one(self, query: str, *values: Any) -> Any:
        """The first row of a query."""
        return self.connection.execute(query, list(values)).fetchone()  # type: ignore[arg-type]
