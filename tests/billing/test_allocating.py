from dataclasses import replace
from uuid import UUID

import pytest

from billing.matching import Allocation, TransferFacts, TransferReference, allocations, certain, certain_key
from billing.money import Money
from billing.ocr import ReferenceKind, ocr_of
from tests.billing.matching_facts import INVOICE, invoice, ocr, rf, transfer

ONE, TWO = invoice("146051"), invoice("146060", outstanding_cents=45_000)


def typed(text: str, cents: int | None = None) -> TransferReference:
    return replace(ocr(text, cents), kind=ReferenceKind.TEXT)


@pytest.mark.parametrize(
    "told",
    [
        transfer(references=(ocr("14605182"),)),
        transfer(references=(ocr("0014605182"),)),
        transfer(references=(ocr("14605182"), ocr("1460 5182"))),
        transfer(references=(rf("RF10 1460 5182"),)),
        transfer(references=(typed("faktura 14605182"), ocr("14605182"))),
        transfer(references=(ocr("14605182"),), counterparty_name="Somebody Else"),
    ],
)
def test_the_machine_matches_one_checked_reference_of_one_open_invoice_for_all_that_is_outstanding(
    told: TransferFacts,
) -> None:
    assert certain(told, [INVOICE, TWO]) is INVOICE


@pytest.mark.parametrize(
    "told",
    [
        transfer("14605182"),
        transfer(message="14605182"),
        transfer(references=(ocr("14605183"),)),
        transfer(references=(ocr("146051"),)),
        transfer(references=(rf("RF78 1460 5182"),)),
        transfer(references=(ocr("14605182"), ocr(ocr_of("146060")))),
        transfer(references=(typed("faktura 146060"), ocr("14605182"))),
        transfer(references=(ocr("14605182"),), cents=119_999),
        transfer(references=(ocr("14605182"),), cents=120_001),
        transfer(references=(ocr("14605182"),), cents=-120_000),
        transfer(references=(ocr("14605182"),), amount=Money(120_000, "EUR")),
        transfer(references=(ocr("18"),)),
        transfer(),
    ],
)
def test_the_machine_leaves_everything_else_to_a_person(told: TransferFacts) -> None:
    assert certain(told, [INVOICE, TWO]) is None


def test_a_reference_that_two_open_invoices_bear_is_left_to_a_person() -> None:
    told = transfer(references=(ocr("14605182"),))

    assert certain(told, [INVOICE, replace(INVOICE, id=UUID(int=2), outstanding_cents=1)]) is None
    assert certain(told, [INVOICE, replace(INVOICE, id=UUID(int=2), outstanding_cents=0)]) is INVOICE


def test_the_key_to_look_for_is_the_normal_form_of_the_checked_reference() -> None:
    assert certain_key(transfer(references=(ocr("0014 605-182"),))) == "14605182"
    assert certain_key(transfer(references=(rf("RF10 1460 5182"),))) == "RF1014605182"
    assert certain_key(transfer("14605182")) is None


@pytest.mark.parametrize(
    "references",
    [
        (ocr("14605182", 30_000),),
        (ocr("14605182", 30_000), typed("1004", 90_000)),
        (ocr("14605182"), typed("1004")),
        (ocr("14605182"), typed("MEDLEM")),
        (ocr("14605182"), typed("14605182 1004")),
        (ocr("14605182"), ocr("26")),
    ],
)
def test_what_is_for_something_else_too_is_left_to_a_person(references: tuple[TransferReference, ...]) -> None:
    assert certain(transfer(references=references), [INVOICE]) is None


@pytest.mark.parametrize(
    "references",
    [(ocr("14605182", 120_000),), (ocr("14605182"), typed("OCR 14605182")), (ocr("14605182"), typed("1460 5182"))],
)
def test_what_says_the_same_again_is_not_in_the_way(references: tuple[TransferReference, ...]) -> None:
    assert certain(transfer(references=references), [INVOICE]) is INVOICE


def test_part_amounts_that_add_up_become_allocations() -> None:
    told = transfer(cents=160_000, references=(ocr(str(ONE.ocr), 120_000), ocr(str(TWO.ocr), 40_000)))

    assert allocations(told, [TWO, ONE, INVOICE]) == []
    assert sorted(allocations(told, [TWO, ONE]), key=lambda part: part.amount.cents) == [
        Allocation(invoice_id=TWO.id, amount=Money(40_000, "SEK")),
        Allocation(invoice_id=ONE.id, amount=Money(120_000, "SEK")),
    ]


def test_invoices_named_together_are_allocated_what_is_outstanding_on_each() -> None:
    told = transfer("Faktura 146051 och 146060", cents=165_000)

    assert allocations(told, [ONE, TWO]) == [
        Allocation(invoice_id=ONE.id, amount=Money(120_000, "SEK")),
        Allocation(invoice_id=TWO.id, amount=Money(45_000, "SEK")),
    ]


def test_of_three_numbers_the_two_that_make_the_payment_are_allocated() -> None:
    three = invoice("146070", outstanding_cents=70_000)
    told = transfer("146051 146060 146070", cents=165_000)

    assert {part.invoice_id for part in allocations(told, [ONE, TWO, three])} == {ONE.id, TWO.id}


@pytest.mark.parametrize(
    "told",
    [
        transfer("146051 146060", cents=165_001),
        transfer("146051", cents=120_000),
        transfer(cents=165_000),
        transfer(cents=165_000, references=(ocr(str(ONE.ocr), 120_000), ocr(str(TWO.ocr), 46_000))),
        transfer(cents=166_000, references=(ocr(str(ONE.ocr), 120_000), ocr(str(TWO.ocr), 46_000))),
        transfer(cents=115_000, references=(ocr(str(ONE.ocr), 120_000), ocr(str(TWO.ocr), -5_000))),
        transfer(cents=120_000, references=(ocr(str(ONE.ocr), 60_000), ocr(str(TWO.ocr), 45_000))),
    ],
)
def test_what_does_not_add_up_or_fit_is_not_allocated(told: TransferFacts) -> None:
    assert allocations(told, [ONE, TWO]) == []


def test_a_number_that_two_tenants_use_is_not_allocated_unless_only_one_adds_up() -> None:
    pair = [invoice("2026-0001"), invoice("2026-0002")]
    others = [replace(c, id=UUID(int=n), tenant_id=UUID(int=7), ocr=f"9{n}") for n, c in enumerate(pair, 1)]
    told = transfer("2026-0001 + 2026-0002", cents=240_000)

    assert allocations(told, pair + others) == []
    dearer = [replace(candidate, outstanding_cents=50_000) for candidate in others]
    assert {part.invoice_id for part in allocations(told, pair + dearer)} == {candidate.id for candidate in pair}
