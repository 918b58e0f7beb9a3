"""Files that cannot be imported: every fault is named by file and line, and nothing is changed."""

from collections import defaultdict
from typing import Any

import pytest

from tests.procedures.import_books.conftest import Platform
from tests.procedures.import_books.platform_files import USUAL, Row, lines, write

WHOLE: dict[str, Any] = {
    "tenants": [{}, {"external_id": "T2"}],
    "plans": [{}],
    "subscriptions": [{}],
    "invoices": [{}],
    "payments": [{}],
    "fx_rates": [{}],
}

CELLS: list[tuple[str, Row, str]] = [
    ("tenants", {"external_id": ""}, "external_id is empty"),
    ("tenants", {"name": "x" * 201}, "name is longer than 200 characters"),
    ("tenants", {"country": "se"}, 'country "se" is not a country of ISO 3166-1 (two capital letters)'),
    ("tenants", {"country": "XK"}, 'country "XK" is not a country of ISO 3166-1 (two capital letters)'),
    ("tenants", {"currency": "KRN"}, 'currency "KRN" is not a currency of ISO 4217'),
    ("tenants", {"created_on": "2024-02-30"}, 'created_on "2024-02-30" is not a day of the calendar'),
    ("tenants", {"created_on": "1 March 2024"}, 'created_on "1 March 2024" is not a date (YYYY-MM-DD)'),
    ("tenants", {"created_on": "0224-01-01"}, 'created_on "0224-01-01" is not between the years 1980 and 2099'),
    ("tenants", {"created_on": "२०२४-०१-०१"}, 'created_on "२०२४-०१-०१" is not a date (YYYY-MM-DD)'),
    ("tenants", {"email": "kassor at boule.test"}, 'email "kassor at boule.test" is not a mail address'),
    ("tenants", {"language": "Swedish"}, 'language "Swedish" is not a language (sv, or nb-NO)'),
    ("tenants", {"bankgiro": "991-2345"},
     'bankgiro "991-2345" is not a bankgiro number (7 or 8 digits, the last one a check digit)'),
    ("plans", {"interval": "Month"}, 'interval "Month" is none of day, week, month, year'),
    ("plans", {"interval_count": 0}, "interval_count 0 is less than 1"),
    ("plans", {"tier": "gold"}, 'tier "gold" is not a whole number'),
    ("plans", {"vat_rate": "25 %"}, 'vat_rate "25 %" is not a rate in percent (0 to 100, at most two decimals)'),
    ("plans", {"vat_rate": "100.01"}, 'vat_rate "100.01" is not a rate in percent (0 to 100, at most two decimals)'),
    ("subscriptions", {"status": "ended"}, 'status "ended" is none of trialing, active, past_due, paused, cancelled'),
    ("invoices", {"total_cents": "125.00"}, 'total_cents "125.00" is not a whole number'),
    ("invoices", {"total_cents": "1 250"}, 'total_cents "1 250" is not a whole number'),
    ("invoices", {"total_cents": "-1"}, "total_cents -1 is less than 0"),
    ("invoices", {"total_cents": 10**15}, "total_cents 1000000000000000 is more than 999999999999999"),
    ("invoices", {"total_cents": "9" * 60}, f'total_cents "{"9" * 40}..." is not a whole number'),
    ("invoices", {"ocr": "12A"}, 'ocr "12A" is neither 2 to 25 digits nor a creditor reference (RF)'),
    ("invoices", {"issuer_type": "club"}, 'issuer_type "club" is none of platform, tenant'),
    ("payments", {"method": "cash"},
     'method "cash" is none of card, bankgiro, bank_transfer, swish, sepa_debit, other'),
    ("payments", {"provider": "Stripe"}, 'provider "Stripe" is not a provider\'s name (lower case letters, digits, _)'),
    ("payments", {"amount_cents": 0}, "amount_cents 0 is less than 1"),
    ("payments", {"paid_at": "2024-03-10T10:00:00"},
     'paid_at "2024-03-10T10:00:00" is not an instant with its offset (2026-01-31T12:00:00Z or +01:00)'),
    ("payments", {"paid_at": "2024-03-10T25:00:00Z"}, 'paid_at "2024-03-10T25:00:00Z" is no instant of the calendar'),
    ("refunds", {"reason": ""}, "reason is empty"),
    ("costs", {"account": "3001"}, 'account "3001" is not a cost account (4000 to 7999)'),
    ("costs", {"amount_cents": 0}, "amount_cents is 0"),
    ("balances", {"account": "5910"}, 'account "5910" is not a balance account (1000 to 2999)'),
    ("balances", {"account": "1510"}, "account 1510 (Receivables) follows from invoices; import those instead"),
    ("fx_rates", {"rate": "0.0"}, 'rate "0.0" is not a rate above 0 with at most eight decimals'),
    ("fx_rates", {"rate": "11,25"}, 'rate "11,25" is not a rate above 0 with at most eight decimals'),
]  # fmt: skip


def test_every_bad_cell_of_every_file_is_named_by_its_line_and_column(platform: Platform) -> None:
    files: dict[str, list[Row]] = defaultdict(list)
    told = []
    for file, row, problem in CELLS:
        files[file].append(row)
        told.append(f"{file}.csv:{len(files[file]) + 1}: {problem}")

    assert sorted(platform.refused(**files)) == sorted(told)


ROWS = [
    ("subscriptions", {"trial_ends_on": "2023-12-31"}, "trial_ends_on is before started_on"),
    ("subscriptions", {"current_period_end": "2024-02-29"}, "current_period_end is before current_period_start"),
    ("subscriptions", {"status": "cancelled"}, "a cancelled subscription needs its cancelled_on"),
    ("subscriptions", {"cancelled_on": "2024-03-01"}, "cancelled_on is for cancelled subscriptions only"),
    ("subscriptions", {"status": "cancelled", "cancelled_on": "2023-01-01"}, "cancelled_on is before started_on"),
    ("subscriptions", {"status": "cancelled", "cancelled_on": "2024-05-01"},
     ("cancelled_on is in the future; a subscription that is set to end is not cancelled yet, its end is told in"
     " plan_history.csv (cancel_scheduled)")),
    ("subscriptions", {"status": "trialing"}, "a trial needs its trial_ends_on"),
    ("subscriptions", {"tenant": "T9"}, "there is no tenant T9"),
    ("subscriptions", {"plan": "gold"}, "there is no plan gold"),
    ("invoices", {"tax_cents": 12501}, "tax_cents 12501 is more than total_cents 12500"),
    ("invoices", {"due_on": "2024-02-29"}, "due_on is before issued_on"),
    ("invoices", {"tenant": "T9"}, "there is no tenant T9"),
    ("invoices", {"subscription": "S9"}, "there is no subscription S9"),
    ("invoices", {"subscription": "S1", "issuer_type": "tenant"},
     "only the platform's invoices belong to a subscription"),
    ("invoices", {"subscription": "S1", "tenant": "T2"}, "subscription S1 is not one of tenant T2"),
    ("payments", {"invoice": "I9"}, "there is no invoice I9"),
    ("payments", {"currency": "EUR"}, "it is in EUR, but invoice I1 is in SEK"),
    ("payments", {"tenant": "T2"}, "invoice I1 is of tenant T1, not T2"),
    ("payments", {"fee_cents": 12501}, "fee_cents 12501 is more than amount_cents 12500"),
    ("payments", {"paid_at": "2024-04-15T12:00:01Z"}, "paid_at is in the future"),
    ("refunds", {"payment": "P9"}, "there is no payment P9"),
    ("refunds", {"amount_cents": 12501}, "the refunds of payment P1 add up to 12501 cents, but only 12500 were paid"),
    ("refunds", {"refunded_at": "2024-03-10T09:59:59Z"}, "refunded_at is before the payment"),
    ("refunds", {"refunded_at": "2024-04-15T12:00:01Z"}, "refunded_at is in the future"),
    ("invoice_lines", {"vat_cents": 2499},
     "the lines of invoice I1 add up to 12499 cents with 2499 VAT, but it says 12500 with 2500"),
    ("invoice_lines", {"net_cents": -10000}, "net_cents and vat_cents have opposite signs"),
    ("invoice_lines", {"invoice": "I9"}, "there is no invoice I9"),
    ("cancellations", {}, "S1 does not end on 2024-03-01: neither its own row nor an entry of its history says so"),
    ("cancellations", {"cancelled_on": "2023-12-01"}, "cancelled_on is before the subscription started"),
    ("cancellations", {"requested_on": "2024-03-02"}, "requested_on is after cancelled_on"),
    ("costs", {"booked_on": "2024-04-16"}, "booked_on is in the future"),
    ("balances", {"on": "2024-04-16"}, "the day is in the future"),
    ("fx_rates", {"currency": "EUR"}, "EUR is the reporting currency and has no rate"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "row", "problem"), ROWS)
def test_a_row_that_breaks_a_rule_is_named_by_its_line(platform: Platform, file: str, row: Row, problem: str) -> None:
    assert f"{file}.csv:2: {problem}" in platform.refused(**WHOLE | {file: [row]})


def test_a_payment_of_a_draft_is_refused(platform: Platform) -> None:
    assert platform.refused(**WHOLE | {"invoices": [{"status": "draft"}]}) == ["payments.csv:2: invoice I1 is a draft"]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_only_a_payment_that_succeeded_is_refunded(platform: Platform, status: str) -> None:
    assert platform.refused(**WHOLE | {"payments": [{"status": status}], "refunds": [{}]}) == [
        f"refunds.csv:2: payment P1 has not succeeded, it is {status}"
    ]


@pytest.mark.parametrize(
    ("file", "rows", "problem"),
    [
        ("tenants", [{}, {}], "tenants.csv:3: external_id T1 is also on line 2"),
        ("plans", [{}, {"name": "Other"}], "plans.csv:3: code club is also on line 2"),
        ("invoices", [{}, {"external_id": "I2"}], "invoices.csv:3: tenant, issuer_type, number T1 PLATFORM 1001 is also on line 2"),
        ("payments", [{}, {"external_id": "P2"}], "payments.csv:3: provider, provider_reference sandbox ch_1 is also on line 2"),
        ("fx_rates", [{}, {"rate": 11}], "fx_rates.csv:3: currency, on SEK 2024-01-01 is also on line 2"),
    ],
)  # fmt: skip
def test_what_only_one_row_may_have_comes_once(platform: Platform, file: str, rows: list[Row], problem: str) -> None:
    assert problem in platform.refused(**WHOLE | {file: rows})


def test_payments_without_reference_are_not_taken_for_one(platform: Platform) -> None:
    payment: Row = {"provider_reference": "", "amount_cents": 100, "fee_cents": ""}
    report = platform.load(**WHOLE | {"payments": [payment, payment | {"external_id": "P2"}]})

    assert report.journals == 3


def test_numbers_and_references_in_the_books_are_taken(platform: Platform) -> None:
    platform.load(**WHOLE)

    assert platform.refused(invoices=[{"external_id": "I2"}], payments=[{"external_id": "P2"}]) == [
        "invoices.csv:2: number 1001 of tenant T1 is already that of invoice I1",
        "payments.csv:2: provider_reference ch_1 of sandbox is already that of payment P1",
    ]


def test_refunds_of_several_runs_together_stay_below_the_payment(platform: Platform) -> None:
    platform.load(**WHOLE, refunds=[{"amount_cents": 12000}])

    assert platform.refused(refunds=[{"external_id": "R2", "amount_cents": 501}]) == [
        "refunds.csv:2: the refunds of payment P1 add up to 12501 cents, but only 12500 were paid"
    ]


def test_a_missing_rate_names_the_first_line_that_needs_it(platform: Platform) -> None:
    assert platform.refused(
        tenants=[{}],
        fx_rates=[{"on": "2024-03-05"}],
        invoices=[
            {"external_id": "I0", "number": "1000", "currency": "EUR"},
            {"issued_on": "2024-03-05"},
            {"external_id": "I2", "number": "1002"},
            {"external_id": "I3", "number": "1003", "issued_on": "2024-02-01"},
        ],
        costs=[{"currency": "NOK"}],
    ) == [
        "invoices.csv:4: there is no rate of SEK for 2024-03-01 or any day before; add one to fx_rates.csv",
        "costs.csv:2: there is no rate of NOK for 2024-03-05 or any day before; add one to fx_rates.csv",
    ]


def test_an_amount_that_eur_cannot_hold_is_refused(platform: Platform) -> None:
    assert platform.refused(fx_rates=[{"rate": "0.01"}], costs=[{"amount_cents": 10**15 - 1}]) == [
        "costs.csv:2: 999999999999999 cents of SEK are more than can be counted in EUR"
    ]


def test_the_largest_amount_is_imported(platform: Platform) -> None:
    platform.load(
        tenants=[{"currency": "EUR"}], invoices=[{"currency": "EUR", "total_cents": 10**15 - 1, "tax_cents": 0}]
    )

    assert platform.balances() == {"1510": 10**15 - 1, "3004": 1 - 10**15}


HEAD = ",".join(USUAL["tenants"])
GOOD = "T1,Boule Club Lund,SE,SEK,2024-01-01"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ([], ["tenants.csv:1: the file is empty; its first line must name the columns"]),
        ([f"{HEAD},colour"], [
            ('tenants.csv:1: there is no column "colour"; known are external_id, name, country, currency, created_on, email,'
            " language, organisation_number, bankgiro, street, post_code, town")
        ]),
        (["external_id,country,currency,created_on"], ['tenants.csv:1: the column "name" is missing']),
        ([f"{HEAD},name"], ['tenants.csv:1: the column "name" comes twice']),
        ([HEAD.replace(",", ";")], [
            "tenants.csv:1: the columns must be divided by commas, not semicolons",
            *(f'tenants.csv:1: the column "{name}" is missing' for name in USUAL["tenants"]),
        ]),
        ([HEAD, GOOD, "T2,Boule,SE"], ["tenants.csv:3: 3 cells, but the header names 5 columns"]),
        ([HEAD, f"{GOOD},"], ["tenants.csv:2: 6 cells, but the header names 5 columns"]),
        ([HEAD, 'T1,"Boule,SE,SEK,2024-01-01'], [
            "tenants.csv:2: the quotes do not match (a cell may not go over several lines)"
        ]),
        ([HEAD, 'T1,"Boule"s,SE,SEK,2024-01-01'], [
            "tenants.csv:2: the quotes do not match (a cell may not go over several lines)"
        ]),
        ([HEAD, "T1,Boule\0,SE,SEK,2024-01-01"], ["tenants.csv:2: there is a control character (U+0000) in it"]),
        ([HEAD, "T1,Boule\u202e,SE,SEK,2024-01-01"], ["tenants.csv:2: there is a control character (U+202E) in it"]),
        ([HEAD, "T1,Boule\tClub,SE,SEK,2024-01-01"], ["tenants.csv:2: there is a control character (U+0009) in it"]),
        ([HEAD, "x" * 70_000], ["tenants.csv:2: the line is longer than 65536 bytes; is this a CSV file?"]),
    ],
)  # fmt: skip
def test_a_file_of_the_wrong_shape_is_refused(platform: Platform, text: list[str], problems: list[str]) -> None:
    assert platform.refused_folder(lines(write(platform.folder), "tenants", *text)) == problems


def test_a_file_that_is_not_utf8_is_refused_by_line_and_byte(platform: Platform) -> None:
    folder = lines(write(platform.folder), "tenants", HEAD, GOOD)
    with (folder / "tenants.csv").open("ab") as stream:
        stream.write("T2,Malmö,SE,SEK,2024-01-01\n".encode("latin-1"))

    assert platform.refused_folder(folder) == ["tenants.csv:3: byte 8 (0xF6) is not UTF-8"]


def test_what_spreadsheets_write_is_read(platform: Platform) -> None:
    (write(platform.folder) / "tenants.csv").write_bytes(
        "\ufeffname,external_id,created_on,country,currency\r\n"
        '"Boule ""Le Cochonnet"", Lund", T1 ,2024-01-01,SE,SEK\r\n'
        "\r\n   \r\nÅre boule,T2,2024-01-01,SE,SEK".encode()
    )
    report = platform.load_folder(platform.folder)

    assert (report.files[0].rows, report.files[0].new) == (2, 2)
    assert platform.rows("select external_id, name from tenant order by 1") == [
        ("T1", 'Boule "Le Cochonnet", Lund'),
        ("T2", "Åre boule"),
    ]


def test_every_bad_cell_of_a_row_is_told(platform: Platform) -> None:
    assert platform.refused(tenants=[{"country": "Sweden", "currency": ""}, {"external_id": "", "name": ""}]) == [
        'tenants.csv:2: country "Sweden" is not a country of ISO 3166-1 (two capital letters)',
        "tenants.csv:2: currency is empty",
        "tenants.csv:3: external_id is empty",
        "tenants.csv:3: name is empty",
    ]


def test_no_more_than_a_hundred_faults_are_told(platform: Platform) -> None:
    problems = platform.refused(tenants=[{"country": "?"}] * 150, plans=[{"tier": "?"}])

    assert len(problems) == 101
    assert problems[99].startswith("tenants.csv:101: ")
    assert problems[100] == "There may be more; these are the first 100."


def test_a_folder_is_read_only_when_all_its_files_are_known(platform: Platform) -> None:
    folder = write(platform.folder, tenants=[{}])
    (folder / "invoice.csv").touch()
    (folder / ".DS_Store").touch()

    assert platform.refused_folder(folder) == [
        (
            "invoice.csv: this is none of the files that can be imported: fx_rates.csv, tenants.csv, plans.csv,"
            " subscriptions.csv, plan_history.csv, cancellations.csv, invoices.csv, invoice_lines.csv, payments.csv,"
            " refunds.csv, costs.csv, balances.csv"
        )
    ]


def test_a_folder_that_is_missing_or_empty_is_refused(platform: Platform) -> None:
    assert platform.refused_folder(platform.folder / "elsewhere") == [
        f"{platform.folder / 'elsewhere'}: there is no such folder"
    ]
    assert platform.refused_folder(write(platform.folder))[0].startswith(f"{platform.folder}: the folder is empty")


def test_nothing_is_imported_when_the_last_file_is_wrong(platform: Platform) -> None:
    assert platform.refused(**WHOLE, refunds=[{"payment": "P2"}]) == ["refunds.csv:2: there is no payment P2"]
    assert platform.rows("select count(*) from tenant") == [(0,)]
