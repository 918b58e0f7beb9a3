"""The chart of accounts: the BAS accounts that the books use, and which account takes which part of a sale."""

from decimal import Decimal

ACCOUNT_NAMES = {
    "1510": "Receivables",
    "1580": "Gateway clearing",
    "1589": "Gateway payouts in transit",
    "1689": "Claim on the platform",
    "1930": "Bank",
    "2099": "Opening balances",
    "2420": "Tenant credit",
    "2610": "Output VAT, other rates",
    "2611": "Output VAT 25 %",
    "2621": "Output VAT 12 %",
    "2631": "Output VAT 6 %",
    "2899": "Owed to tenants",
    "2999": "Unmatched receipts",
    "3000": "Revenue, other VAT rates",
    "3001": "Revenue 25 % VAT",
    "3002": "Revenue 12 % VAT",
    "3003": "Revenue 6 % VAT",
    "3004": "Revenue 0 % VAT",
    "3740": "Rounding",
    "3960": "Exchange gains",
    "6040": "Gateway fees",
    "6351": "Bad debts",
    "6570": "Bank charges",
    "7960": "Exchange losses",
}
CLASS_NAMES = {
    "1": "Assets", "2": "Equity and liabilities", "3": "Revenue", "4": "Cost of sales", "5": "Other external costs",
    "6": "Other external costs", "7": "Personnel and other costs", "8": "Financial items",
}  # fmt: skip

RECEIVABLES, CLEARING, CLAIM_ON_PLATFORM, BANK = "1510", "1580", "1689", "1930"
IN_TRANSIT = "1589"
OPENING_BALANCES, TENANT_CREDIT, OWED_TO_TENANTS, UNMATCHED = "2099", "2420", "2899", "2999"
GATEWAY_FEES, BAD_DEBTS, BANK_CHARGES = "6040", "6351", "6570"
EXCHANGE_GAINS, EXCHANGE_LOSSES = "3960", "7960"

_REVENUE = {Decimal(25): "3001", Decimal(12): "3002", Decimal(6): "3003", Decimal(0): "3004"}
_OUTPUT_VAT = {Decimal(25): "2611", Decimal(12): "2621", Decimal(6): "2631"}


def account_name(account: str) -> str:
    """The account's name; one that the books only import is named by its class and group."""
    if account in ACCOUNT_NAMES:
        return ACCOUNT_NAMES[account]
    if account.startswith("59"):
        return "Marketing and sales"
    return CLASS_NAMES.get(account[:1], "Account")


def revenue_account(vat_rate: Decimal | None) -> str:
    """Where revenue at `vat_rate` percent is booked; None or a rate that Sweden has not: other rates."""
    return "3000" if vat_rate is None else _REVENUE.get(vat_rate, "3000")


def output_vat_account(vat_rate: Decimal | None) -> str:
    """Where output VAT at `vat_rate` percent is booked."""
    return "2610" if vat_rate is None else _OUTPUT_VAT.get(vat_rate, "2610")


def is_cost_account(account: str) -> bool:
    """Whether imported costs may be booked on `account`: a four-digit one of class 4 to 7."""
    return len(account) == len("4000") and account.isascii() and account.isdigit() and account[0] in "4567"


def is_balance_account(account: str) -> bool:
    """Whether an opening balance may be booked on `account`: a four-digit one of class 1 or 2."""
    return len(account) == len("1930") and account.isascii() and account.isdigit() and account[0] in "12"
