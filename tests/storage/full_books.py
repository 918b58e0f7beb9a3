"""Books in which every invariant has something to hold for: each kind of invoice, payment, transfer, refund and journal."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from billing import journals
from billing.conversions import Held, converted
from billing.journals import InvoiceRef, MovementRef, PaymentRef
from billing.ledger import Posting
from billing.vat import VatPart
from storage.audit import Done, record_bulk
from tests.books import NOW, TODAY, LittleBooks


@dataclass(slots=True)
class FullBooks(LittleBooks):
    """`ids` names the rows that tests break."""

    ids: dict[str, UUID] = field(default_factory=dict)

    def fill(self) -> None:
        club = self.ids["club"] = self.tenant()
        self._paid_by_bank_with_a_surplus(club)
        self._paid_by_card_and_half_refunded(club)
        self._paid_by_a_member(club)
        self._paid_by_credit(club)
        self._not_to_be_paid(club)
        self._waiting()
        self._sent_back()
        self._beside_invoices()
        self._at_the_provider()
        self._subscribed()
        self.record("one", "two", "three", "four", "five")

    def names(self) -> dict[str, str]:
        """The ids as text, and what belongs to them: `open.number`, `open.issued` (its journal), `waiting.receipt` and
        `waiting.deposit`."""
        of = {key: name for name, key in self.ids.items()}
        related = self.connection.execute(
            "select id, 'number', number from invoice"
            " union all select subject_id, 'issued', id::text from journal where kind = 'INVOICE'"
            " union all select subject_id, 'receipt', id::text from journal where kind = 'RECEIPT'"
            " union all select id, 'deposit', deposit_id::text from bank_transfer"
        )
        return {name: str(key) for name, key in self.ids.items()} | {
            f"{of[key]}.{what}": text for key, what, text in related
        }

    def record(self, *actions: str) -> None:
        """Append an audit event for each action."""
        subject_id = self.ids["club"]
        with self.connection.cursor() as cursor:
            record_bulk(
                cursor,
                [
                    Done(at=NOW, actor="a@b.se", action=action, subject_type="tenant", subject_id=subject_id)
                    for action in actions
                ],
            )

    def post(self, name: str, postings: list[Posting]) -> None:
        """Write postings; `name` and `name.mirror` become the ids of their journals."""
        self._post(postings)
        for posting, mirror in zip(postings, ("", ".mirror"), strict=False):
            [journal] = self.one(
                "select id from journal where subject_id = %s and kind = %s and book_id is not distinct from %s",
                posting.subject_id, posting.kind, posting.book_id,
            )  # fmt: skip
            self.ids[name + mirror] = journal

    def pay(
        self, name: str, invoice_id: UUID | None, cents: int, *, allocated: int | None = None, **values: Any
    ) -> PaymentRef:
        """A payment that succeeded, not booked yet."""
        key = self.ids[name] = uuid7()
        allocated_cents = cents if allocated is None else allocated
        row = {
            "method": "CARD",
            "provider": "sandbox",
            "paid_at": NOW,
            "outcome": "SUCCEEDED",
            "currency": "SEK",
        } | values
        self._insert(
            "payment", id=key, tenant_id=self.ids["club"], invoice_id=invoice_id, amount_cents=cents,
            allocated_cents=allocated_cents, **row,
        )  # fmt: skip
        return PaymentRef(
            id=key,
            tenant_id=self.ids["club"],
            currency="SEK",
            allocated_cents=allocated_cents,
            credited_cents=cents - allocated_cents,
            occurred_on=TODAY,
            invoice=None if invoice_id is None else self.ref(invoice_id),
            bank_transfer_id=values.get("bank_transfer_id"),
        )

    def ref(self, invoice_id: UUID) -> InvoiceRef:
        issuer_type, number = self.one("select issuer_type, number from invoice where id = %s", invoice_id)
        return InvoiceRef(
            id=invoice_id, tenant_id=self.ids["club"], issuer_type=issuer_type, number=number, currency="SEK"
        )

    def refund(self, name: str, payment: PaymentRef, cents: int, status: str, **values: Any) -> UUID:
        key = self.ids[name] = uuid7()
        row = {"surplus_cents": 0, "tax_cents": 0, "settled_at": NOW if status == "SUCCEEDED" else None} | values
        self._insert(
            "refund", id=key, external_id=name, payment_id=payment.id, amount_cents=cents, status=status, actor="a@b.se",
            reason="twice", created_at=NOW, needs_review=status == "PENDING", **row,
        )  # fmt: skip
        return key

    def _paid_by_bank_with_a_surplus(self, club: UUID) -> None:
        invoice = self.ids["bank_paid"] = self.invoice(club, 125_000)
        transfer = self.ids["matched"] = self.transfer(130_000)
        payment = self.pay("by_bank", invoice, 130_000, allocated=125_000, bank_transfer_id=transfer)
        self.post("match", journals.matched(payment))
        self._status(transfer, "MATCHED")
        refund = self.refund("surplus", payment, 500, "SUCCEEDED", surplus_cents=500)
        back = journals.refunded(payment, refund_id=refund, surplus_cents=500, parts=[], on=TODAY, out_of="1930")
        self.post("sent_back", back)

    def _paid_by_card_and_half_refunded(self, club: UUID) -> None:
        invoice = self.ids["card_paid"] = self.invoice(club, 100_000)
        payment = self.pay("by_card", invoice, 100_000, fee_cents=1_800)
        self.post("charge", journals.charged(payment, fee_cents=1_800))
        refund = self.refund("half", payment, 50_000, "SUCCEEDED", tax_cents=10_000)
        parts = [VatPart(Decimal(25), 40_000, 10_000)]
        self.post("refund", journals.refunded(payment, refund_id=refund, surplus_cents=0, parts=parts, on=TODAY))
        self.refund("pending", payment, 10_000, "PENDING", tax_cents=2_000)
        self.refund("declined", payment, 90_000, "FAILED", tax_cents=18_000)

    def _paid_by_a_member(self, club: UUID) -> None:
        invoice = self.ids["members"] = self.invoice(club, 40_000, issuer_type="TENANT")
        transfer = self.ids["assigned"] = self.transfer(40_000)
        self.post("member", journals.matched(self.pay("by_member", invoice, 40_000, bank_transfer_id=transfer)))
        self._status(transfer, "ASSIGNED")

    def _paid_by_credit(self, club: UUID) -> None:
        invoice = self.ids["credit_paid"] = self.invoice(club, 20_000)
        self.post("credit", journals.credit_applied(self.pay("by_credit", invoice, 3_000, provider="credit")))

    def _not_to_be_paid(self, club: UUID) -> None:
        self.ids["open"] = self.invoice(club, 60_000)
        draft = self.ids["draft"] = uuid7()
        self._insert(
            "invoice", id=draft, tenant_id=club, number="D-1", issuer_type="PLATFORM", customer_name="Björkens Boule",
            currency="SEK", total_cents=10_000, tax_cents=2_000, issued_on=TODAY, due_on=TODAY, declared_status="DRAFT",
        )  # fmt: skip
        void = self.ids["void"] = self.invoice(club, 30_000, declared_status="VOID")
        [issued] = self.one("select id from journal where subject_id = %s and kind = 'INVOICE'", void)
        parts = [VatPart(Decimal(25), 24_000, 6_000)]
        self.post("voided", journals.voided(self.ref(void), parts, on=TODAY, reverses_id=issued))
        lost = self.ids["lost"] = self.invoice(club, 70_000, declared_status="UNCOLLECTIBLE")
        self.post("written_off", journals.written_off(self.ref(lost), 70_000, on=TODAY))

    def _waiting(self) -> None:
        self.ids["waiting"] = self.transfer(8_000)
        self.ids["ignored"] = self.transfer(9_000)
        self._status(self.ids["ignored"], "IGNORED")
        again = self.ids["again"] = self.transfer(11_000)
        payment = self.pay("undone", None, 11_000, allocated=0, bank_transfer_id=again)
        [posting] = journals.matched(payment)
        self.post("mistake", [posting])
        self.post("correction", [journals.reversal(posting, journal_id=self.ids["mistake"], on=TODAY)])
        self.connection.execute(
            "update payment set outcome = 'FAILED', undone_at = %s where id = %s", [NOW, payment.id]
        )

    def _sent_back(self) -> None:
        """A transfer that went back, one on its way, and a third that brings an order of ours back."""
        self.ids["going_back"] = self.transfer(6_000)
        self._return("going_back", status="PENDING", due_at=NOW)
        returned = self.ids["returned"] = self.transfer(7_000)
        self.post("gone", self._returned(self._return("returned", status="SUCCEEDED", settled_at=NOW), returned, 7_000))
        brought = self.ids["brought_back"] = self.transfer(3_000)
        self._status(brought, "MATCHED")
        [receipt] = self.one("select id from journal where subject_id = %s", brought)
        [posting] = journals.received(
            transfer_id=brought, cents=3_000, currency="SEK", on=TODAY, provider="bankgirot", reference=None
        )
        self.post("no_receipt", [journals.reversal(posting, journal_id=receipt, on=TODAY)])
        [file_id] = self.one("select bank_file_id from bank_transfer where id = %s", brought)
        self._insert(
            "payout_report", bank_file_id=file_id, order_id=uuid7(), kind="RETURNED", amount_cents=3_000,
            bank_transfer_id=brought, outcome="SETTLED", settled_at=NOW,
        )  # fmt: skip

    def _return(self, transfer: str, **values: Any) -> UUID:
        key = uuid7()
        self._insert(
            "transfer_return", id=key, bank_transfer_id=self.ids[transfer], payer_account=Jsonb({}), actor="a@b.se",
            reason="not ours", created_at=NOW, **values,
        )  # fmt: skip
        self._status(self.ids[transfer], "RETURNED")
        return key

    def _returned(self, key: UUID, transfer: UUID, cents: int) -> list[Posting]:
        return journals.returned(
            return_id=key, transfer_id=transfer, cents=cents, currency="SEK", on=TODAY, rated_on=TODAY,
            provider="bankgirot", reference=None,
        )  # fmt: skip

    def _beside_invoices(self) -> None:
        for name, charge in (("bank_charge", True), ("unordered", False)):
            self.post(
                name,
                journals.debited(
                    subject_id=uuid7(), cents=700, currency="SEK", on=TODAY, provider="bankgirot", reference=name,
                    description=name, charge=charge,
                ),
            )  # fmt: skip
        self.cost("cost", account="5910")
        for account in ("1510", "1930", "2420", "2899", "2999"):
            opening = journals.opening_balance(
                subject_id=uuid7(), account=account, cents=-500, currency="SEK", on=date(2024, 1, 1)
            )
            self.post(f"opening_{account}", opening)

    def _subscribed(self) -> None:
        club = self.ids["subscriber"] = self.tenant("Lunds Boule")
        plan = self.ids["plan"] = self.plan()
        subscription = self.ids["subscription"] = self.subscription(club, plan, external_id="sub-1")
        self.subscription(club, plan, status="CANCELLED", cancelled_on=date(2026, 11, 10))
        entry = self.ids["downgraded"] = uuid7()
        self._insert(
            "plan_history", id=entry, subscription_id=subscription, ordinal=2, kind="PLAN_CHANGED", effective_on=TODAY,
            actor="a@b.se", plan_id=plan, amount_cents=49_000, amount_eur_cents=4_356, credited_cents=2_500,
        )  # fmt: skip
        parts = [VatPart(Decimal(25), 2_000, 500)]
        credited = journals.rest_credited(
            history_id=entry, tenant_id=club, parts=parts, currency="SEK", on=TODAY, description="Rest of a period"
        )
        self.post("credited", credited)

    def _at_the_provider(self) -> None:
        self.post("fee", journals.fee_taken(self.movement("fee", -1_600)))
        self.post("payout", journals.paid_out(self.movement("payout", -9_000)))
        [charged] = self.one(
            "select e.id from accounting_entry e join journal j on j.id = e.journal_id"
            " where j.payment_id = %s and j.kind = 'CHARGE' and e.account = '1580' and e.amount_cents > 0",
            self.ids["by_card"],
        )
        [club] = self.one("select tenant_id from payment where id = %s", self.ids["by_card"])
        held = Held(
            entry_id=charged, cents=100_000, currency="SEK", rated_on=TODAY, tenant_id=club, payment_id=self.ids["by_card"],
            refund_id=None,
        )  # fmt: skip
        settled = self.movement("charge", 8_800, currency="EUR")
        for name, posting in zip(("converted", "settled"), converted(held, settled, self.rates), strict=True):
            self.post(name, [posting])

    def movement(self, kind: str, cents: int, *, currency: str = "SEK") -> MovementRef:
        """A line of the sandbox's ledger; its id is named `fee_line`, `payout_line`, `charge_line`."""
        key = self.ids[f"{kind}_line"] = uuid7()
        self._insert(
            "provider_movement", id=key, provider="sandbox", kind=kind.upper(), reference=f"tx-{kind}", subject_aliases=[],
            payment_references=[], amount_cents=cents, currency=currency, occurred_at=NOW, occurred_on=TODAY, description=kind,
        )  # fmt: skip
        return MovementRef(
            id=key, cents=cents, currency=currency, occurred_on=TODAY, provider="sandbox", reference=f"tx-{kind}"
        )

    def cost(self, name: str, *, account: str, cents: int = 900) -> None:
        self.post(
            name,
            journals.cost(subject_id=uuid7(), account=account, cents=cents, currency="SEK", on=TODAY, description=name),
        )

    def _status(self, transfer_id: UUID, status: str) -> None:
        self.connection.execute("update bank_transfer set status = %s where id = %s", [status, transfer_id])
