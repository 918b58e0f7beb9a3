"""The facts that are booked, as rows: a temporary view of the tables each, and the value that one row of it is."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from billing.journals import InvoiceRef, PaymentRef
from billing.refunds import paid_into
from billing.vat import VatPart, by_rate, single_part

INVOICE_FACT = """
    create or replace temporary view invoice_fact as
    select i.id, i.tenant_id, i.issuer_type, i.number, i.currency, i.issued_on, i.total_cents, i.tax_cents, i.paid_cents,
           i.refunded_cents, i.declared_status, t.country, l.rates, l.nets, l.taxes
      from invoice i join tenant t on t.id = i.tenant_id, lateral (
           select array_agg(vat_rate order by ordinal), array_agg(net_cents order by ordinal),
                  array_agg(vat_cents order by ordinal)
             from invoice_line where invoice_id = i.id) l(rates, nets, taxes)"""

PAYMENT_FACT = """
    create or replace temporary view payment_fact as
    select p.id, p.tenant_id, p.currency, p.allocated_cents, p.credited_cents, p.paid_at, p.provider, p.provider_reference,
           p.method, coalesce(p.fee_cents, 0), i.id as invoice_id, i.issuer_type, i.number
      from payment p left join invoice i on i.id = p.invoice_id"""


class InvoiceFact(NamedTuple):
    """An invoice of a tenant in `country`; its lines as three arrays, None when it has none."""

    id: UUID
    tenant_id: UUID
    issuer_type: str
    number: str
    currency: str
    issued_on: date
    total_cents: int
    tax_cents: int
    paid_cents: int
    refunded_cents: int
    declared_status: str | None
    country: str
    rates: list[Decimal | None] | None
    nets: list[int] | None
    taxes: list[int] | None

    @property
    def ref(self) -> InvoiceRef:
        return _invoice_ref(self.id, self.tenant_id, self.issuer_type, self.number, self.currency)

    def parts(self) -> tuple[VatPart, ...]:
        """The invoice by VAT rate: as its lines say, else at the rate that its tax implies."""
        if self.rates is None or self.nets is None or self.taxes is None:
            return _implied(total_cents=self.total_cents, tax_cents=self.tax_cents, country=self.country)
        return by_rate(map(VatPart, self.rates, self.nets, self.taxes))


class PaymentFact(NamedTuple):
    """A payment, how it was used, and the invoice it names (None: none): one of the same tenant and currency."""

    id: UUID
    tenant_id: UUID
    currency: str
    allocated_cents: int
    credited_cents: int
    paid_at: datetime
    provider: str
    provider_reference: str | None
    method: str
    fee_cents: int
    invoice_id: UUID | None
    issuer_type: str
    number: str

    @property
    def account(self) -> str:
        """Where its money lands: a bank payment's on the bank account, any other's at its gateway."""
        return paid_into(self.method)

    def ref(self, *, paid_on: date) -> PaymentRef:
        """`paid_on`: the business day of `paid_at`."""
        return PaymentRef(
            id=self.id,
            tenant_id=self.tenant_id,
            currency=self.currency,
            allocated_cents=self.allocated_cents,
            credited_cents=self.credited_cents,
            occurred_on=paid_on,
            invoice=self._invoice(),
            provider=self.provider,
            provider_reference=self.provider_reference,
        )

    def _invoice(self) -> InvoiceRef | None:
        if self.invoice_id is None:
            return None
        return _invoice_ref(self.invoice_id, self.tenant_id, self.issuer_type, self.number, self.currency)


_implied = lru_cache(maxsize=16_384)(single_part)


def _invoice_ref(id: UUID, tenant_id: UUID, issuer_type: str, number: str, currency: str) -> InvoiceRef:
    return InvoiceRef(id=id, tenant_id=tenant_id, issuer_type=issuer_type, number=number, currency=currency)
