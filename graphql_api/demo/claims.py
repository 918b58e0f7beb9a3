"""Invoices: the platform's for each billed period, and those that a tenant sends its own members."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from billing.ocr import ocr_of, rf_of
from graphql_api.demo.dice import die
from graphql_api.demo.scale import Scale
from graphql_api.demo.story import DUE_DAYS, Bill
from graphql_api.demo.tenants import Tenant

MEMBERS_SINCE_DAYS = 540
MEMBER_EUR_CENTS = (2_500, 3_500, 4_000, 6_000, 9_000)
MEMBER_VAT = {"SE": (0, 0, 6, 25), "NO": (0, 0, 25), "DK": (0, 25), "FI": (0, 0, 14)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An invoice as it was issued. `what`: its one line; members' invoices have none. `subscription`: the platform's."""

    tenant: Tenant
    external_id: str
    number: str
    ocr: str
    customer_name: str
    total_cents: int
    tax_cents: int
    issued_on: date
    due_on: date
    what: str = ""
    subscription: str | None = None

    @property
    def is_platforms(self) -> bool:
        return self.subscription is not None

    @property
    def net_cents(self) -> int:
        return self.total_cents - self.tax_cents

    def row(self, status: str) -> dict[str, object]:
        tenant = self.tenant
        return {
            "external_id": self.external_id,
            "tenant": tenant.external_id,
            "number": self.number,
            "ocr": self.ocr,
            "issuer_type": "platform" if self.is_platforms else "tenant",
            "customer_name": self.customer_name,
            "currency": tenant.country.currency,
            "total_cents": self.total_cents,
            "tax_cents": self.tax_cents,
            "issued_on": self.issued_on,
            "due_on": self.due_on,
            "status": status,
            "subscription": self.subscription,
            "customer_account": f"BG {tenant.bankgiro}" if self.is_platforms and tenant.bankgiro else "",
        }

    def line(self) -> dict[str, object]:
        rate = self.tenant.country.vat_rate
        return {
            "invoice": self.external_id,
            "description": self.what,
            "net_cents": self.net_cents,
            "vat_rate": rate,
            "vat_cents": self.tax_cents,
        }


class PlatformNumbers:
    """Invoice numbers of the platform: year and month, then a number within it."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def next(self, issued_on: date) -> str:
        month = f"{issued_on:%y%m}"
        self._given[month] += 1
        return f"{month}{self._given[month]:05}"


def platform_claim(tenant: Tenant, bill: Bill, *, subscription: str, numbers: PlatformNumbers) -> Claim:
    tax = _rounded(bill.price.cents * tenant.country.vat_rate / 100)
    number = numbers.next(bill.first)
    return Claim(
        tenant=tenant,
        external_id=f"demo-I-{number}",
        number=number,
        ocr=_reference(tenant, number),
        customer_name=tenant.name,
        total_cents=bill.price.cents + tax,
        tax_cents=tax,
        issued_on=bill.first,
        due_on=bill.due_on,
        what=f"{bill.price.plan.name}, {bill.first} to {bill.until - timedelta(days=1)}",
        subscription=subscription,
    )


def member_claims(tenant: Tenant, *, scale: Scale, today: date) -> Iterator[Claim]:
    """What a tenant sends its members, oldest first: the fewer, the younger it is."""
    draw = die("members", tenant.number)
    days = max(1, min(MEMBERS_SINCE_DAYS, (today - tenant.started_on).days))
    in_all_days = draw.randint(scale.member_invoices // 2, scale.member_invoices * 3 // 2)
    how_many = in_all_days * days // MEMBERS_SINCE_DAYS
    for place, ago in enumerate(sorted((draw.randrange(days) for _ in range(how_many)), reverse=True), 1):
        issued_on = today - timedelta(days=ago)
        total = draw.choice(MEMBER_EUR_CENTS) * tenant.country.factor
        rate = draw.choice(MEMBER_VAT[tenant.country.code])
        yield Claim(
            tenant=tenant,
            external_id=f"demo-M-{tenant.number:05}-{place:04}",
            number=f"{1_000 + place}",
            ocr=_reference(tenant, f"{tenant.number + 10_000}{place:04}"),
            customer_name=tenant.person(),
            total_cents=total,
            tax_cents=_rounded(Decimal(total * rate) / (100 + rate)),
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=DUE_DAYS),
        )


def _reference(tenant: Tenant, number: str) -> str:
    """What the payer is asked to quote: digits with a length and check digit, in Finland a creditor reference."""
    return rf_of(number) if tenant.country.code == "FI" else ocr_of(number)


def _rounded(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_EVEN))
