"""How much of it: from a handful of clubs to a platform of ten thousand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`member_invoices`: how many a tenant has sent its own members in a year and a half; `transfers`: in the bank files."""

    tenants: int
    member_invoices: int
    transfers: int


SCALES = {
    "small": Scale(tenants=40, member_invoices=5, transfers=30),
    "medium": Scale(tenants=1_100, member_invoices=120, transfers=1_500),
    "large": Scale(tenants=11_500, member_invoices=120, transfers=15_000),
}
