"""The open invoices found for transfers, each way to find them by itself, and all of them against the same in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from benchmarks.filling import fill_clubs, fill_invoices
from benchmarks.matchers import candidate, facts
from benchmarks.memory_lookup import MemoryLookup
from benchmarks.noisy_transfers import noisy_transfers
from benchmarks.open_invoices import world
from billing.matching import NEIGHBOURS_MAX, InvoiceCandidate, TransferFacts, lookups, suggestions
from billing.matching.names import FORMS, name_key
from billing.ocr import digits_of, normal, ocr_of
from storage.candidates import STATEMENT, sought, with_candidates
from storage.engine import Database
from tests.billing.matching_facts import ocr, rf, transfer
from tests.books import LittleBooks

DAY = date(2026, 10, 29)
UNLIKE = 77_700


@pytest.fixture
def books(runtime: psycopg.Connection[Any]) -> LittleBooks:
    return LittleBooks(runtime)


@pytest.fixture
async def reading(database: Database) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection of the pool that queries read from."""
    async with database.read_pool() as pool, pool.connection() as connection:
        yield connection


async def found(reading: psycopg.AsyncConnection[Any], told: TransferFacts) -> list[InvoiceCandidate]:
    [(_, candidates)] = await with_candidates(reading, [told])
    return candidates


async def ids(reading: psycopg.AsyncConnection[Any], told: TransferFacts) -> list[UUID]:
    return [invoice.id for invoice in await found(reading, told)]


async def test_an_invoice_is_found_with_all_the_facts_that_matching_compares(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    tenant = books.tenant("Ekby Boule", bankgiro="991-2346")
    invoice = books.invoice(
        tenant, 120_000, issuer_type="TENANT", number="146051", ocr="14605182", customer_name="Åsa Öberg",
        customer_account="5000-1111", issued_on=DAY - timedelta(days=20), due_on=DAY,
    )  # fmt: skip

    assert await found(reading, transfer("14605182")) == [
        InvoiceCandidate(
            id=invoice, number="146051", ocr="14605182", currency="SEK", outstanding_cents=120_000,
            issued_on=DAY - timedelta(days=20), due_on=DAY, customer_name="Åsa Öberg", tenant_id=tenant,
            tenant_name="Ekby Boule", customer_account="5000-1111", tenant_bankgiro="991-2346", earlier_assigned=0,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "invoice"),
    [
        (transfer("OCR 1460 5182"), {"ocr": "14605182"}),
        (transfer("14605182"), {"ocr": "0014605182"}),
        (transfer(references=(ocr("0014605182"),)), {"ocr": "14605182"}),
        (transfer("14605192"), {"ocr": "14605182"}),
        (transfer("1405182"), {"ocr": "14605182"}),
        (transfer("146051"), {"ocr": "14605182"}),
        (transfer("RF10 1460 5182"), {"ocr": "14605182"}),
        (transfer(references=(rf("RF18539007547034"),)), {"ocr": "RF18 0005 3900 7547 034"}),
        (transfer("faktura 146051"), {"number": "146051"}),
        (transfer("faktura 2026-0043"), {"number": "2026-0043"}),
        (transfer("8f3a2b1c-0001"), {"number": "8F3A2B1C-0001"}),
        (transfer("inv 0042"), {"number": "INV-0042"}),
        (transfer(counterparty_account="50001111"), {"customer_account": "5000-1111"}),
    ],
)
async def test_an_invoice_of_another_amount_is_found_by_its_reference_or_account(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any], told: TransferFacts, invoice: dict[str, str]
) -> None:
    meant = books.invoice(books.tenant(), UNLIKE, **invoice)

    assert await ids(reading, told) == [meant]


@pytest.mark.parametrize(
    "told",
    [
        transfer(counterparty_name="OBERG, ASA"),
        transfer(counterparty_name="Aasa Oebergh"),
        transfer("999999 avser Åsa Öberg"),
    ],
)
async def test_an_invoice_of_another_amount_is_found_by_its_customers_name(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any], told: TransferFacts
) -> None:
    tenant = books.tenant()
    for number in range(24):
        books.invoice(tenant, UNLIKE, customer_name=f"{'AOQÖ'[number % 4]}{'bcdeux'[number // 4]}a Bergman")
    meant = books.invoice(tenant, UNLIKE, customer_name="Åsa Öberg")

    candidates = await ids(reading, told)

    assert meant in candidates
    assert len(candidates) <= NEIGHBOURS_MAX


@pytest.mark.parametrize(
    "told",
    [
        transfer("9914605182"),
        transfer("14615192"),
        transfer(references=(ocr("14605091"),)),
        transfer("kund nr 14605182"),
        transfer(),
    ],
)
async def test_nothing_is_found_by_what_is_not_the_invoices(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any], told: TransferFacts
) -> None:
    books.invoice(books.tenant(), UNLIKE, number="146051", ocr="14605182", customer_name="Åsa Öberg")

    assert await found(reading, replace(told, counterparty_name=None)) == []


async def test_of_many_equal_amounts_those_due_nearest_are_found_and_no_more_than_the_cap(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    tenant = books.tenant()
    for days in range(-40, 40):
        issued_on = DAY + timedelta(days=days - 60)
        books.invoice(tenant, 120_000, issued_on=issued_on, due_on=DAY + timedelta(days=days))

    candidates = await found(reading, transfer())

    assert sorted((invoice.due_on - DAY).days for invoice in candidates) == list(range(-6, 6))
    assert len(candidates) == NEIGHBOURS_MAX


async def test_one_wrong_letter_anywhere_in_a_name_still_finds_the_invoice_among_many_of_its_amount(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    tenant = books.tenant()
    for number in range(60):
        name = f"{'ABCDEFGHIJ'[number % 10]}nna {'KLMNOP'[number // 10]}ergström"
        books.invoice(tenant, 120_000, customer_name=name, due_on=DAY + timedelta(days=60 + number))
    meant = books.invoice(tenant, 120_000, customer_name="Görel Håkansson", due_on=DAY + timedelta(days=300))

    for name in ("Xörel Håkansson", "Görex Håkansson", "Görel Xåkansson", "Görel Håkanssox", "HAKANSSON GOREL"):
        assert meant in await ids(reading, transfer(counterparty_name=name)), name


async def test_invoices_paid_void_or_in_another_currency_are_no_candidates(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    tenant = books.tenant()
    books.invoice(tenant, 120_000, ocr="14605182", declared_status="VOID")
    books.invoice(tenant, 120_000, ocr="14605182", currency="EUR")

    assert await found(reading, transfer("14605182")) == []


async def assigned(books: LittleBooks, tenant: UUID, **told: Any) -> UUID:
    """A transfer of the past that a person assigned to the tenant."""
    earlier = books.transfer(100, **told)
    books.connection.execute("update bank_transfer set status = 'ASSIGNED' where id = %s", [earlier])
    books.connection.execute(
        "insert into payment (tenant_id, bank_transfer_id, method, provider, amount_cents, currency, paid_at, outcome)"
        " values (%s, %s, 'BANKGIRO', 'bankgirot', 100, 'SEK', now(), 'SUCCEEDED')",
        [tenant, earlier],
    )
    return earlier


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ({"counterparty_name": "NORRVIK BOULE"}, {"counterparty_name": "Norrvik Boule"}),
        ({"counterparty_account": "50001111"}, {"counterparty_account": "50001111", "counterparty_name": "Any"}),
    ],
)
async def test_a_payers_history_is_counted_and_leads_to_its_tenants(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any], then: dict[str, str], now: dict[str, str]
) -> None:
    usual, other = books.tenant("Usual"), books.tenant("Other")
    for _ in range(3):
        await assigned(books, usual, **then)
    await assigned(books, other, **then)
    books.transfer(100, **then)
    invoice = books.invoice(usual, UNLIKE)

    [(told, [candidate])] = await with_candidates(reading, [transfer(**now)])

    assert (candidate.id, candidate.earlier_assigned, told.earlier_assigned) == (invoice, 3, 4)


async def test_an_assignment_that_was_undone_is_no_history(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    tenant = books.tenant()
    await assigned(books, tenant, counterparty_name="Norrvik Boule")
    books.connection.execute("update payment set outcome = 'FAILED', undone_at = now()")
    books.invoice(tenant, UNLIKE)

    [(told, candidates)] = await with_candidates(reading, [transfer(counterparty_name="Norrvik Boule")])

    assert [told.earlier_assigned, *(candidate.earlier_assigned for candidate in candidates)] == [0, 0]


async def test_a_club_that_pays_from_its_own_bankgiro_is_recognised_by_it(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    invoice = books.invoice(books.tenant(bankgiro="991-2346"), UNLIKE)

    assert await ids(reading, transfer(counterparty_account="9912346")) == [invoice]


async def test_each_transfer_of_a_page_gets_its_own_candidates_in_the_order_asked(
    books: LittleBooks, reading: psycopg.AsyncConnection[Any]
) -> None:
    tenant = books.tenant()
    one, two = books.invoice(tenant, UNLIKE, ocr="14605182"), books.invoice(tenant, UNLIKE, ocr=ocr_of("146060"))
    page = [transfer(ocr_of("146060")), transfer(), transfer("14605182")]

    answers = await with_candidates(reading, page)

    assert [told for told, _ in answers] == page
    assert [[invoice.id for invoice in candidates] for _, candidates in answers] == [[two], [], [one]]
    assert await with_candidates(reading, []) == []


REFERENCES = [
    "146051",
    "0014 605-182",
    "RF18 0005 3900 7547 034",
    "rf00 0a",
    "PR-2026-12",
    "8f3a-0001",
    "",
    "åäö",
    "0",
    "٣",
]
NAMES = [
    "Åsa Öberg", "ÖBERG, ÅSA", "OBERG ASA", "Aasa Oeberg", "Søren Müller", "Łukasz Æther", "Réne Dalén c/o Berg",
    "Norrvik Petanque ASA", "Ekby  Boule-klubb", "IF BK", "Groß & Söhne GmbH", "Firma 23 AB m fl", "", "!?", "O'Neil",
    "\uff26ullwidth", "e\u0301cole", "Boule, Ekby (1912)", "a_b c", "Aaeoue Uue", *sorted(FORMS), *(f"X {form} Y" for form in sorted(FORMS)),
]  # fmt: skip


def test_the_database_reads_references_and_names_as_matching_does(runtime: psycopg.Connection[Any]) -> None:
    def asked(function: str, text: str) -> object:
        row = runtime.execute(f"select {function}(%s)", [text]).fetchone()
        return row and row[0]

    assert {text: asked("reference_key", text) for text in REFERENCES} == {text: normal(text) for text in REFERENCES}
    assert {text: asked("number_key", text) for text in REFERENCES} == {
        text: normal(digits_of(text)) for text in REFERENCES
    }
    assert {text: asked("name_key", text) for text in NAMES} == {text: name_key(text) for text in NAMES}


async def test_a_page_is_answered_as_from_memory_and_without_reading_all_invoices(
    runtime: psycopg.Connection[Any], owner: psycopg.Connection[Any], reading: psycopg.AsyncConnection[Any]
) -> None:
    filled = world(3, invoices=3_000)
    fill_clubs(runtime, filled.clubs)
    fill_invoices(runtime, filled.invoices)
    owner.execute("analyze invoice, tenant")
    page = [replace(facts(told), earlier_assigned=0) for told in noisy_transfers(filled, 3, count=60)]
    memory = MemoryLookup([candidate(invoice) for invoice in filled.invoices])

    answers = await with_candidates(reading, page)
    found_in_memory = [memory.candidates(lookups(told)) for told in page]

    assert [suggestions(told, candidates) for told, candidates in answers] == [
        suggestions(told, candidates) for told, candidates in zip(page, found_in_memory, strict=True)
    ]
    plan = await (await reading.execute(f"explain {STATEMENT}", sought(page))).fetchall()
    assert "Seq Scan on invoice" not in str(plan)
    assert "Sort Key: (reverse(" not in str(plan)
    assert "invoice_open_amount_name_backwards_idx" in str(plan)
