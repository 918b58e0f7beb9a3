"""The same rows again are nothing; names, contacts and status are taken over; what is booked stays."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from procedures import apply_credit
from procedures.assign_transfer import assign
from procedures.books import Books, Order
from procedures.unassign_transfer import unassign
from tests.books import LittleBooks
from tests.database import Clones
from tests.procedures.import_books.conftest import Platform
from tests.procedures.import_books.platform_files import Row, lines, write

BEGINNING: dict[str, Any] = {"tenants": [{}], "fx_rates": [{}]}
EVERYTHING: dict[str, list[Row]] = {
    "tenants": [{}, {"external_id": "T2", "country": "FI", "currency": "EUR"}],
    "plans": [{}],
    "subscriptions": [{}],
    "plan_history": [{}],
    "invoices": [
        {"subscription": "S1"},
        {"external_id": "I2", "number": "1002", "issuer_type": "tenant", "tenant": "T2", "currency": "EUR"},
        {"external_id": "I3", "number": "1003", "status": "void"},
        {"external_id": "I4", "number": "1004", "status": "uncollectible"},
    ],
    "invoice_lines": [{}],
    "payments": [
        {},
        {"external_id": "P2", "provider_reference": "ch_2", "tenant": "T2", "invoice": "I2", "currency": "EUR"},
        {"external_id": "P3", "provider_reference": "ch_3", "amount_cents": 700, "paid_at": "2024-03-10T12:00:00Z"},
    ],
    "refunds": [{}, {"external_id": "R2", "payment": "P2", "amount_cents": 12500}],
    "costs": [{}, {}],
    "balances": [{}],
    "fx_rates": [{}],
}
LATER = datetime(2024, 5, 2, 12, tzinfo=UTC)


def facts(platform: Platform) -> list[Any]:
    """All that the books say, without the ids that differ from one database to another."""
    return [
        platform.rows(
            "select t.external_id, j.kind, j.occurred_on, j.description, e.leg, e.account, e.amount_cents,"
            " e.amount_eur_cents from journal j join accounting_entry e on e.journal_id = j.id"
            " left join tenant t on t.id = j.book_id order by 1, 2, 3, 4, 5, 6, 7"
        ),
        platform.rows("select external_id, status, paid_cents, refunded_cents from invoice order by 1"),
        platform.rows("select external_id, status, allocated_cents, credited_cents from payment order by 1"),
        platform.rows("select external_id, surplus_cents, tax_cents, credit_note from refund order by 1"),
        platform.rows("select ordinal, kind, effective_on, amount_eur_cents from plan_history order by 1"),
    ]


def test_the_same_files_again_change_nothing_but_the_trail(platform: Platform) -> None:
    first = platform.load(**EVERYTHING)
    before = platform.everything()
    again = platform.load(**EVERYTHING)
    after = platform.everything()

    assert len(after.pop("audit_event")) == len(before.pop("audit_event")) + 1
    assert after == before
    assert [(file.new, file.changed) for file in again.files] == [(0, 0)] * len(EVERYTHING)
    assert [file.unchanged for file in again.files] == [file.new for file in first.files]
    assert (again.journals, again.legs) == (0, 0)


@pytest.mark.parametrize(
    "later",
    [
        {"payments", "refunds"},
        {"refunds", "costs", "balances"},
        {
            "invoices",
            "invoice_lines",
            "payments",
            "refunds",
            "costs",
            "balances",
            "plan_history",
            "subscriptions",
            "plans",
        },
    ],
)
def test_two_steps_equal_one(platform: Platform, database_clones: Clones, tmp_path: Path, later: set[str]) -> None:
    platform.load(**EVERYTHING)

    with database_clones.clone() as database, database.connect(autocommit=True) as books:
        stepwise = Platform(database=database, books=books, folder=tmp_path / "steps")
        stepwise.load(**{name: rows for name, rows in EVERYTHING.items() if name not in later})
        stepwise.load(**{name: rows for name, rows in EVERYTHING.items() if name in later})

        assert facts(stepwise) == facts(platform)


def test_a_new_row_beside_known_ones_is_all_that_is_booked(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}])
    report = platform.load(invoices=[{}, {"external_id": "I2", "number": "1002"}])

    assert (report.files[0].new, report.files[0].unchanged, report.journals) == (1, 1, 1)


def test_names_and_contacts_are_taken_over_and_the_trail_tells_no_values(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}])
    report = platform.load(
        tenants=[{"name": "Boule Club Malmö", "email": "kassor@boule.test", "bankgiro": "9912346"}],
        invoices=[{"customer_name": "Boule Club Malmö"}],
    )

    assert [(file.file, file.changed) for file in report.files] == [("tenants.csv", 1), ("invoices.csv", 1)]
    assert platform.rows("select name, email, bankgiro from tenant") == [
        ("Boule Club Malmö", "kassor@boule.test", "991-2346")
    ]
    assert platform.rows("select customer_name from invoice") == [("Boule Club Malmö",)]
    events = platform.rows("select action, details from audit_event order by seq")[1:]
    assert [(action, json.loads(details)) for action, details in events[:2]] == [
        ("tenant.changed_by_import", {"changed": ["name", "email", "bankgiro"], "before": {}, "after": {}}),
        ("invoice.changed_by_import", {"changed": ["customer_name"], "before": {}, "after": {}}),
    ]
    assert "Malmö" not in str(events)


def test_a_column_that_is_left_out_says_nothing_and_an_empty_cell_clears(platform: Platform) -> None:
    platform.load(tenants=[{"email": "kassor@boule.test", "town": "Lund"}])
    platform.load(tenants=[{"town": ""}])

    assert platform.rows("select email, town from tenant") == [("kassor@boule.test", None)]


def test_a_pending_payment_is_booked_when_it_succeeds(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"status": "pending", "fee_cents": ""}])
    report = platform.load(
        payments=[{"status": "succeeded", "fee_cents": 300, "paid_at": "2024-03-15T09:00:00+01:00"}], now=LATER
    )

    assert (report.files[0].changed, report.journals) == (1, 1)
    assert platform.balances() == {"3001": -10000, "2611": -2500, "1580": 12200, "6040": 300}
    assert platform.rows("select kind, occurred_on::text from journal order by id")[1] == ("CHARGE", "2024-03-15")
    [(details,)] = platform.rows("select details from audit_event where action = 'payment.changed_by_import'")
    assert json.loads(details) == {
        "changed": ["fee_cents", "paid_at", "status"],
        "before": {"fee_cents": None, "paid_at": "2024-03-10T10:00:00+00:00", "status": "PENDING"},
        "after": {"fee_cents": 300, "paid_at": "2024-03-15T08:00:00+00:00", "status": "SUCCEEDED"},
    }


def test_a_pending_payment_that_fails_books_nothing(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"status": "pending"}])
    report = platform.load(payments=[{"status": "failed"}])

    assert (report.files[0].changed, report.journals) == (1, 0)
    assert platform.rows("select status from payment") == [("FAILED",)]


def test_a_draft_is_booked_when_it_is_issued(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{"status": "draft"}])
    report = platform.load(invoices=[{}], payments=[{"amount_cents": 500, "fee_cents": 0}])

    assert report.journals == 2
    assert platform.balances() == {"1510": 12000, "3001": -10000, "2611": -2500, "1580": 500}
    assert platform.rows("select status from invoice") == [("PARTIALLY_PAID",)]


def test_an_invoice_that_turns_out_uncollectible_is_written_off_on_the_day_we_learn(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}])
    platform.load(invoices=[{"status": "uncollectible"}], payments=[{"amount_cents": 500, "fee_cents": 0}], now=LATER)

    assert platform.balances() == {"6351": 12000, "3001": -10000, "2611": -2500, "1580": 500}
    assert platform.rows("select occurred_on::text from journal where kind = 'WRITE_OFF'") == [("2024-05-02",)]


def test_what_is_paid_after_the_write_off_is_credit(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{"status": "uncollectible"}])
    platform.load(payments=[{"fee_cents": 0}])
    platform.load(
        invoices=[{"status": "uncollectible"}],
        payments=[{"external_id": "P2", "provider_reference": "ch_2", "amount_cents": 1, "fee_cents": 0}],
    )

    assert platform.balances() == {"6351": 12500, "3001": -10000, "2611": -2500, "1580": 12501, "2420": -12501}


ANOTHER: Row = {
    "tenant": "T2", "number": "1002", "ocr": "", "issuer_type": "tenant", "customer_name": "Bo", "currency": "EUR",
    "total_cents": 2500, "tax_cents": 500, "issued_on": "2024-03-02", "due_on": "2024-04-02",
}  # fmt: skip
TWO_TENANTS: list[Row] = [{}, {"external_id": "T2", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("status", "books"), [("draft", {}), ("", {"1510": 2500, "3001": -2000, "2611": -500}), ("void", {})]
)
def test_a_draft_changes_in_any_way_until_it_is_issued(platform: Platform, status: str, books: dict[str, int]) -> None:
    platform.load(fx_rates=[{}], tenants=TWO_TENANTS, invoices=[{"status": "draft"}])
    report = platform.load(invoices=[ANOTHER | {"status": status}])

    assert (report.files[0].new, report.files[0].changed) == (0, 1)
    assert platform.rows(
        "select t.external_id, number, ocr, issuer_type, customer_name, i.currency, total_cents, tax_cents, issued_on::text,"
        " due_on::text, declared_status from invoice i join tenant t on t.id = i.tenant_id"
    ) == [("T2", "1002", None, "TENANT", "Bo", "EUR", 2500, 500, "2024-03-02", "2024-04-02", status.upper() or None)]
    assert platform.balances(book="T2") == books
    [(details,)] = platform.rows("select details from audit_event where action = 'invoice.changed_by_import'")
    told = json.loads(details)
    assert (told["before"]["total_cents"], told["after"]["total_cents"]) == (12500, 2500)
    assert "Bo" not in details
    if status == "":
        assert platform.refused(invoices=[ANOTHER | {"tax_cents": 0}]) == [
            "invoices.csv:2: tax_cents is 0 here, but 500 in the books; what is booked is not changed"
        ]


def test_a_draft_that_stays_one_is_not_booked_whatever_changes(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{"status": "draft"}])
    report = platform.load(invoices=[{"status": "draft", "customer_name": "Boule Club Malmö"}])

    assert (report.files[0].changed, report.journals) == (1, 0)


def test_the_lines_of_a_draft_come_anew_with_it_or_alone(platform: Platform) -> None:
    shown = "select ordinal, description, net_cents from invoice_line order by 1"
    platform.load(**BEGINNING, invoices=[{"status": "draft"}], invoice_lines=[{}])
    halves: list[Row] = [{"net_cents": 5000, "vat_cents": 1250, "description": what} for what in ("Lanes", "Balls")]

    report = platform.load(invoice_lines=halves)
    assert (report.files[0].new, platform.rows(shown)) == (2, [(1, "Lanes", 5000), (2, "Balls", 5000)])
    again = platform.load(invoice_lines=halves)
    assert (again.files[0].new, again.files[0].unchanged) == (0, 2)
    [problem] = platform.refused(invoices=[{"status": "draft", "total_cents": 1000, "tax_cents": 0}])
    assert problem == (
        "invoices.csv:2: the lines of invoice I1 in the books add up to 12500 cents with 2500 VAT, but it says 1000 with 0; "
        "tell its lines anew in invoice_lines.csv"
    )

    platform.load(
        invoices=[{"total_cents": 1000, "tax_cents": 0}],
        invoice_lines=[{"net_cents": 1000, "vat_rate": 0, "vat_cents": 0}],
    )
    assert platform.rows(shown) == [(1, "Club, March", 1000)]
    assert platform.balances() == {"1510": 1000, "3004": -1000}


def test_a_draft_stays_with_the_tenant_and_currency_of_its_payments(platform: Platform) -> None:
    platform.load(fx_rates=[{}], tenants=TWO_TENANTS, invoices=[{"status": "draft"}], payments=[{"status": "pending"}])

    for another in ({"tenant": "T2"}, {"currency": "EUR"}):
        assert platform.refused(invoices=[{"status": "draft"} | another]) == [
            "invoices.csv:2: payment P1 of it is of tenant T1 and in SEK"
        ]


@pytest.mark.parametrize("issuer_type", ["platform", "tenant"])
async def test_what_transfers_paid_of_an_uncollectible_invoice_is_written_off_when_they_are_unassigned(
    platform: Platform, little: LittleBooks, books: Books, order: Order, issuer_type: str
) -> None:
    book = "T1" if issuer_type == "tenant" else None
    invoice: Row = {"issuer_type": issuer_type}
    platform.load(tenants=[{}], invoices=[invoice])
    [(invoice_id,)] = platform.rows("select id from invoice")
    transfers = [little.transfer(5000), little.transfer(7000)]
    for transfer in transfers:
        await assign(transfer, to=invoice_id, order=order, books=books)
    platform.load(invoices=[invoice | {"status": "uncollectible"}])
    assert platform.balances(book=book)["6351"] == 500

    for transfer in transfers:
        await unassign(transfer, order=order, books=books)

    assert platform.balances(book=book).get("6351") == 12500
    assert "1510" not in platform.balances(book=book)
    assert platform.balances()["2999"] == -12000
    assert platform.rows("select status, paid_cents, outstanding_cents from invoice") == [("UNCOLLECTIBLE", 0, 0)]


def test_an_invoice_that_turns_out_void_is_undone_on_the_day_we_learn(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], invoice_lines=[{}])
    platform.load(invoices=[{"status": "void"}], now=LATER)

    assert platform.balances() == {}
    assert platform.rows("select occurred_on::text from journal where kind = 'VOID'") == [("2024-05-02",)]


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        ("tenants", {}, {"country": "NO"}, "tenants.csv:2: country is NO here, but SE in the books"),
        ("invoices", {}, {"total_cents": 12600}, "invoices.csv:2: total_cents is 12600 here, but 12500 in the books"),
        ("invoices", {}, {"ocr": ""}, "invoices.csv:2: ocr is empty here, but 10015 in the books"),
        ("invoices", {}, {"due_on": "2024-04-01"}, "invoices.csv:2: due_on is 2024-04-01 here, but 2024-03-31 in the books"),
        ("payments", {"invoice": ""}, {"invoice": "", "amount_cents": 12501},
         "payments.csv:2: amount_cents is 12501 here, but 12500 in the books"),
        ("payments", {"invoice": ""}, {"invoice": "", "provider": "stripe"},
         "payments.csv:2: provider is stripe here, but sandbox in the books"),
        ("payments", {"invoice": ""}, {"invoice": "", "fee_cents": 1},
         "payments.csv:2: fee_cents is 250 in the books"),
        ("payments", {"invoice": ""}, {"invoice": "", "paid_at": "2024-03-10T10:00:01Z"},
         "payments.csv:2: paid_at is 2024-03-10T10:00:00Z in the books"),
        ("fx_rates", {}, {"rate": "10.1"}, "fx_rates.csv:2: rate is 10.10000000 here, but 10.00000000 in the books"),
    ],
)  # fmt: skip
def test_what_is_booked_is_not_changed(platform: Platform, file: str, before: Row, after: Row, problem: str) -> None:
    platform.load(**{"tenants": [{}], "fx_rates": [{}], file: [before]})

    assert platform.refused(**{file: [after]}) == [f"{problem}; what is booked is not changed"]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("", "draft", "it was issued already and cannot be a draft again"),
        ("void", "", "it is void in the books, which is final"),
        ("uncollectible", "void", "it is uncollectible in the books, which is final"),
    ],
)
def test_an_invoice_does_not_go_back(platform: Platform, before: str, after: str, problem: str) -> None:
    platform.load(**BEGINNING, invoices=[{"status": before}])

    assert platform.refused(invoices=[{"status": after}]) == [f"invoices.csv:2: {problem}"]


def test_a_paid_invoice_cannot_be_void(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"amount_cents": 100, "fee_cents": 0}])

    assert platform.refused(invoices=[{"status": "void"}]) == [
        "invoices.csv:2: it cannot be void: 100 cents of it are paid; refund them, or unassign their transfer, instead"
    ]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_booked_payment_stays_booked(platform: Platform, status: str) -> None:
    platform.load(**BEGINNING, payments=[{"invoice": ""}])

    assert platform.refused(payments=[{"invoice": "", "status": status}]) == [
        f"payments.csv:2: it is succeeded in the books and cannot become {status}"
    ]


def test_a_refund_stays_as_it_was(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{}], refunds=[{}])

    assert platform.refused(refunds=[{"amount_cents": 4999, "reason": "Another"}]) == [
        "refunds.csv:2: amount_cents is 4999 here, but 5000 in the books; what is booked is not changed",
        "refunds.csv:2: reason is Another here, but Paid for too many members in the books; what is booked is not changed",
    ]


def test_lines_come_with_their_invoice_or_never(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}])

    assert platform.refused(invoice_lines=[{}]) == [
        "invoice_lines.csv:2: invoice I1 is booked without this line; lines come with their invoice"
    ]


def test_the_lines_of_a_booked_invoice_stay(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}], invoice_lines=[{}])

    assert platform.refused(invoice_lines=[{"description": "Club, April"}]) == [
        "invoice_lines.csv:2: this line of invoice I1 is Club, March, 10000 cents, 2500 VAT in the books"
    ]


def test_equal_costs_are_told_apart_by_how_many_there_are(platform: Platform) -> None:
    platform.load(fx_rates=[{}], costs=[{}, {}])
    report = platform.load(costs=[{}, {}, {}])

    assert (report.files[0].new, report.files[0].unchanged) == (1, 2)
    assert platform.balances() == {"5910": 120000, "1930": -120000}


def test_an_account_has_one_opening_balance_a_day_and_currency(platform: Platform) -> None:
    platform.load(fx_rates=[{}], balances=[{}])
    report = platform.load(balances=[{}, {"currency": "EUR"}, {"on": "2024-01-02"}, {"account": "1940"}])

    assert (report.files[0].new, report.files[0].unchanged) == (3, 1)
    assert platform.refused(balances=[{"amount_cents": 500001}]) == [
        "balances.csv:2: amount_cents is 500001 here, but 500000 in the books; what is booked is not changed"
    ]


@pytest.mark.parametrize("amount_cents", [500000, 500001])
def test_a_file_does_not_tell_an_opening_balance_twice(platform: Platform, amount_cents: int) -> None:
    assert platform.refused(fx_rates=[{}], balances=[{}, {"amount_cents": amount_cents}]) == [
        "balances.csv:3: on, account, currency 2024-01-01 1930 SEK is also on line 2"
    ]


def test_opening_balances_of_several_rows_that_are_booked_count_together(
    platform: Platform, little: LittleBooks
) -> None:
    for cents in (300000, 200000):
        little.opening_balance(cents, on=date(2024, 1, 1))
    report = platform.load(balances=[{}])

    assert (report.files[0].unchanged, report.journals) == (1, 0)
    assert platform.balances() == {"1930": 500000, "2099": -500000}


def test_rates_that_come_later_move_no_figure_of_the_past(platform: Platform) -> None:
    platform.load(**BEGINNING, invoices=[{}])
    before = platform.rows("select sum(abs(amount_eur_cents)) from accounting_entry")
    platform.load(fx_rates=[{"on": "2024-02-29", "rate": 20}], invoices=[{}])

    assert platform.rows("select sum(abs(amount_eur_cents)) from accounting_entry") == before


async def test_a_surplus_that_was_used_meanwhile_is_not_sent_back_too(
    platform: Platform, books: Books, order: Order
) -> None:
    platform.load(**BEGINNING, invoices=[{}], payments=[{"invoice": "", "fee_cents": 0}])
    [(tenant_id, invoice_id)] = platform.rows("select tenant_id, id from invoice")
    await apply_credit.apply(tenant_id=tenant_id, invoice_id=invoice_id, cents=12000, order=order, books=books)

    [problem] = platform.refused(refunds=[{"amount_cents": 600}])
    assert problem == (
        "refunds.csv:2: the surplus of its payment is used already; the tenant's credit would be overdrawn by 1.00 SEK"
    )


def test_the_trail_tells_each_file_and_its_hash(platform: Platform) -> None:
    folder = write(platform.folder, tenants=[{}])
    lines(folder, "fx_rates", "on,currency,rate", "2024-01-01,SEK,10")
    report = platform.load_folder(folder, actor="cli:somebody")

    [(actor, action, details)] = platform.rows("select actor, action, details from audit_event")
    assert (actor, action) == ("cli:somebody", "books.imported")
    told = json.loads(details)
    assert (told["journals"], told["legs"]) == (0, 0)
    assert told["files"][0] == {
        "file": "fx_rates.csv", "rows": 1, "new": 1, "changed": 0,
        "sha256": hashlib.sha256(b"on,currency,rate\n2024-01-01,SEK,10\n").hexdigest(),
    }  # fmt: skip
    assert report.files[0].sha256 == told["files"][0]["sha256"]
