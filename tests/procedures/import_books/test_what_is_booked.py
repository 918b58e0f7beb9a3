"""What each imported fact does to the books: exact figures on small folders."""

from typing import Any

import pytest

from tests.procedures.import_books.conftest import Platform
from tests.procedures.import_books.platform_files import Row

BEGINNING: dict[str, Any] = {"tenants": [{}], "fx_rates": [{}]}
TENANTS_OWN: Row = {"issuer_type": "tenant", "customer_name": "A member"}


def test_an_invoice_is_a_receivable_against_revenue_and_vat(platform: Platform) -> None:
    report = platform.load(**BEGINNING, invoices=[{}])

    assert platform.balances() == {"1510": 12500, "3001": -10000, "2611": -2500}
    assert (report.journals, report.legs) == (1, 3)


def test_a_card_payment_pays_its_invoice_and_its_fee_through_the_gateway(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{}])

    assert platform.balances() == {"3001": -10000, "2611": -2500, "1580": 12250, "6040": 250}
    assert platform.rows("select status, paid_cents, outstanding_cents from invoice") == [("PAID", 12500, 0)]


@pytest.mark.parametrize("method", ["bankgiro", "bank_transfer"])
def test_a_bank_payment_lands_on_the_bank_account(platform: Platform, method: str) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"method": method, "fee_cents": ""}])

    assert platform.balances() == {"3001": -10000, "2611": -2500, "1930": 12500}


@pytest.mark.parametrize("method", ["card", "swish", "sepa_debit", "other"])
def test_any_other_payment_lands_at_its_gateway(platform: Platform, method: str) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"method": method, "fee_cents": 0}])

    assert platform.balances() == {"3001": -10000, "2611": -2500, "1580": 12500}


def test_money_for_a_tenants_invoice_is_owed_to_the_tenant(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[TENANTS_OWN], payments=[{}])

    assert platform.balances() == {"1580": 12250, "6040": 250, "2899": -12500}
    assert platform.balances(book="T1") == {"3001": -10000, "2611": -2500, "1689": 12500}


def test_what_is_paid_after_the_invoice_is_full_is_the_tenants_credit(platform: Platform) -> None:
    late: Row = {"external_id": "P1", "paid_at": "2024-03-12T08:00:00Z", "provider_reference": "ch_1"}
    early: Row = {"external_id": "P2", "paid_at": "2024-03-11T23:00:00-10:00", "provider_reference": "ch_2"}
    first: Row = {
        "external_id": "P3",
        "paid_at": "2024-03-09T08:00:00Z",
        "provider_reference": "ch_3",
        "amount_cents": 2500,
    }
    platform.load(**BEGINNING, invoices=[{}], payments=[late, early, first])

    assert platform.rows("select external_id, allocated_cents, credited_cents from payment order by 1") == [
        ("P1", 10000, 2500),
        ("P2", 0, 12500),
        ("P3", 2500, 0),
    ]
    assert platform.balances()["2420"] == -15000
    assert platform.rows("select status, paid_cents from invoice") == [("PAID", 12500)]


def test_a_payment_without_invoice_is_all_credit(platform: Platform) -> None:
    platform.load(**BEGINNING, payments=[{"invoice": "", "fee_cents": ""}])

    assert platform.balances() == {"1580": 12500, "2420": -12500}


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_payment_that_has_not_succeeded_books_nothing(platform: Platform, status: str) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"status": status}])

    assert "1580" not in platform.balances()
    assert platform.rows("select status, paid_cents from invoice") == [("OPEN", 0)]
    assert platform.rows("select status, allocated_cents, credited_cents from payment") == [(status.upper(), 0, 0)]


def test_a_draft_books_nothing(platform: Platform) -> None:
    report = platform.load(**BEGINNING, invoices=[{"status": "draft"}])

    assert (report.journals, platform.balances()) == (0, {})
    assert platform.rows("select status, outstanding_cents from invoice") == [("DRAFT", 0)]


def test_a_void_invoice_is_issued_and_undone_on_its_own_day(platform: Platform) -> None:
    report = platform.load(**BEGINNING, invoices=[{"status": "void"}])

    assert (report.journals, report.legs, platform.balances()) == (2, 6, {})
    assert platform.rows(
        "select v.occurred_on::text, v.reverses_id = i.id from journal v, journal i"
        " where v.kind = 'VOID' and i.kind = 'INVOICE'"
    ) == [("2024-03-01", True)]


def test_what_was_paid_on_a_void_invoice_is_credit(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{"status": "void"}], payments=[{"fee_cents": 0}])

    assert platform.balances() == {"1580": 12500, "2420": -12500}


def test_the_rest_of_an_uncollectible_invoice_is_a_bad_debt_on_its_due_day(platform: Platform) -> None:
    platform.load(
        **BEGINNING, invoices=[{"status": "uncollectible"}], payments=[{"amount_cents": 4500, "fee_cents": 0}]
    )

    assert platform.balances() == {"1580": 4500, "6351": 8000, "3001": -10000, "2611": -2500}
    assert platform.rows("select occurred_on::text from journal where kind = 'WRITE_OFF'") == [("2024-03-31",)]
    assert platform.rows("select status, paid_cents, outstanding_cents from invoice") == [("UNCOLLECTIBLE", 4500, 0)]


def test_an_invoice_of_nothing_is_paid_and_books_nothing(platform: Platform) -> None:
    report = platform.load(**BEGINNING, invoices=[{"total_cents": 0, "tax_cents": 0}])

    assert report.journals == 0
    assert platform.rows("select status from invoice") == [("PAID",)]


def test_lines_are_booked_by_their_vat_rate(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        invoices=[{"total_cents": 21800, "tax_cents": 2800}],
        invoice_lines=[
            {"net_cents": 8000, "vat_rate": "25.00", "vat_cents": 2000},
            {"net_cents": 10000, "vat_rate": 6, "vat_cents": 600},
            {"net_cents": 1000, "vat_rate": 0, "vat_cents": 0},
            {"net_cents": 1000, "vat_rate": 25, "vat_cents": 250},
            {"net_cents": -1000, "vat_rate": "", "vat_cents": -50},
        ],
    )

    assert platform.balances() == {
        "1510": 21800, "3001": -9000, "2611": -2250, "3003": -10000, "2631": -600, "3004": -1000, "3000": 1000, "2610": 50,
    }  # fmt: skip
    assert platform.rows("select ordinal, net_cents, vat_rate from invoice_line order by ordinal")[4] == (
        5,
        -1000,
        None,
    )


@pytest.mark.parametrize(
    ("country", "tax_cents", "accounts"),
    [
        ("SE", 2500, {"3001": -10000, "2611": -2500}),
        ("SE", 1339, {"3002": -11161, "2621": -1339}),
        ("SE", 708, {"3003": -11792, "2631": -708}),
        ("SE", 0, {"3004": -12500}),
        ("SE", 1000, {"3000": -11500, "2610": -1000}),
        ("FI", 2540, {"3000": -9960, "2610": -2540}),
    ],
)
def test_without_lines_the_rate_is_what_the_tax_implies(
    platform: Platform, country: str, tax_cents: int, accounts: dict[str, int]
) -> None:
    platform.load(tenants=[{"country": country}], fx_rates=[{}], invoices=[{"tax_cents": tax_cents}])

    assert platform.balances() == {"1510": 12500} | accounts


def test_every_leg_weighs_in_eur_at_the_rate_of_its_own_day(platform: Platform) -> None:
    platform.load(
        tenants=[{}],
        fx_rates=[{"on": "2024-02-28", "rate": "11.0"}, {"on": "2024-03-05", "rate": "12.50"}],
        invoices=[{}],
        payments=[{"fee_cents": 0}],
    )

    assert platform.rows(
        "select j.kind, e.account, e.amount_eur_cents from accounting_entry e join journal j on j.id = e.journal_id"
        " order by j.kind, e.leg"
    ) == [
        ("CHARGE", "1580", 1000),
        ("CHARGE", "1510", -1000),
        ("INVOICE", "1510", 1136),
        ("INVOICE", "3001", -909),
        ("INVOICE", "2611", -227),
    ]


def test_a_payment_counts_on_the_business_day_of_the_reporting_time_zone(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"paid_at": "2024-03-31T22:30:00Z"}])

    assert platform.rows("select occurred_on::text, booked_on::text from journal where kind = 'CHARGE'") == [
        ("2024-04-01", "2024-04-01")
    ]


def test_a_refund_takes_the_surplus_first_and_leaves_revenue_alone(platform: Platform) -> None:
    twice: Row = {"external_id": "P2", "provider_reference": "ch_2", "paid_at": "2024-03-10T10:01:00Z"}
    platform.load(
        **BEGINNING, invoices=[{}], payments=[{"fee_cents": 0}, twice | {"fee_cents": 0}],
        refunds=[{"payment": "P2", "amount_cents": 12500}],
    )  # fmt: skip

    assert platform.balances() == {"1580": 12500, "3001": -10000, "2611": -2500}
    assert platform.rows("select surplus_cents, tax_cents, credit_note from refund") == [(12500, 0, None)]
    assert platform.rows("select status, refunded_cents from invoice") == [("PAID", 0)]
    assert platform.rows("select status from payment order by external_id") == [("SUCCEEDED",), ("REFUNDED",)]


def test_refunds_end_on_exactly_the_net_and_vat_of_the_invoice(platform: Platform) -> None:
    refunds: list[Row] = [
        {"external_id": f"R{n}", "amount_cents": cents, "refunded_at": f"2024-03-2{n}T10:00:00Z"}
        for n, cents in enumerate((3333, 3334, 3333, 2503))
    ]
    platform.load(
        **BEGINNING,
        invoices=[{"total_cents": 12503, "tax_cents": 2501}],
        payments=[{"amount_cents": 12503, "fee_cents": 0}],
        refunds=refunds,
    )

    assert platform.balances() == {}
    assert platform.rows("select tax_cents, credit_note from refund order by external_id") == [
        (667, "CN-R0"),
        (667, "CN-R1"),
        (666, "CN-R2"),
        (501, "CN-R3"),
    ]
    assert platform.rows("select status, refunded_cents from invoice") == [("REFUNDED", 12503)]


def test_a_refund_of_more_than_the_surplus_takes_the_rest_from_revenue(platform: Platform) -> None:
    platform.load(
        **BEGINNING,
        invoices=[{}],
        payments=[{"amount_cents": 13000, "fee_cents": 0}],
        refunds=[
            {"amount_cents": 1500},
            {"external_id": "R0", "amount_cents": 200, "refunded_at": "2024-03-19T10:00:00Z"},
        ],
    )

    assert platform.rows("select external_id, surplus_cents, tax_cents from refund order by 1") == [
        ("R0", 200, 0),
        ("R1", 300, 240),
    ]
    assert platform.balances() == {"1580": 11300, "3001": -9040, "2611": -2260}
    assert platform.rows("select status, refunded_cents from invoice") == [("PARTIALLY_REFUNDED", 1200)]


def test_a_refund_of_a_tenants_invoice_is_taken_from_what_is_owed_to_it(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[TENANTS_OWN], payments=[{"fee_cents": 0}], refunds=[{}])

    assert platform.balances() == {"1580": 7500, "2899": -7500}
    assert platform.balances(book="T1") == {"3001": -6000, "2611": -1500, "1689": 7500}


def test_a_refund_of_a_bank_payment_leaves_the_bank_account(platform: Platform) -> None:
    platform.load(**BEGINNING, payments=[{"method": "bankgiro", "invoice": "", "fee_cents": ""}], refunds=[{}])

    assert platform.balances() == {"1930": 7500, "2420": -7500}
    assert platform.rows("select tax_cents, surplus_cents, credit_note from refund") == [(0, 5000, None)]


def test_costs_and_opening_balances_are_booked_in_the_platforms_book(platform: Platform) -> None:
    report = platform.load(
        fx_rates=[{}],
        costs=[{}, {}, {"account": "4010", "amount_cents": -1000}],
        balances=[{}, {"account": "2081", "amount_cents": -100000, "currency": "EUR"}],
    )

    assert platform.balances() == {"5910": 80000, "4010": -1000, "1930": 421000, "2081": -100000, "2099": -400000}
    assert report.journals == 5


@pytest.mark.parametrize(
    ("invoice", "paid", "refunded", "status"),
    [
        ({}, 0, 0, "OPEN"),
        ({}, 100, 0, "PARTIALLY_PAID"),
        ({}, 12500, 0, "PAID"),
        ({}, 12500, 1, "PARTIALLY_REFUNDED"),
        ({}, 12500, 12500, "REFUNDED"),
        ({}, 100, 100, "REFUNDED"),
        ({"status": "draft"}, 0, 0, "DRAFT"),
        ({"status": "void"}, 0, 0, "VOID"),
        ({"status": "uncollectible"}, 12500, 12500, "UNCOLLECTIBLE"),
    ],
)
def test_an_invoices_status_follows_from_what_was_paid_and_refunded(
    platform: Platform, invoice: Row, paid: int, refunded: int, status: str
) -> None:
    platform.load(
        **BEGINNING,
        invoices=[invoice],
        payments=[{"amount_cents": paid, "fee_cents": 0}] if paid else [],
        refunds=[{"amount_cents": refunded}] if refunded else [],
    )

    assert platform.rows("select status from invoice") == [(status,)]
