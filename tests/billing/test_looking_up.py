from datetime import date

from billing.matching import lookups
from billing.ocr import meant_by
from tests.billing.matching_facts import ocr, rf, transfer


def test_a_typed_number_is_looked_up_as_it_is_and_one_slip_away() -> None:
    sought = lookups(transfer("faktura 14605192", counterparty_name="ÖBERG, ÅSA", counterparty_account="50001111"))

    assert sought.references == ("14605192",)
    assert sought.slips == tuple(meant_by("14605192"))
    assert "14605182" in sought.slips
    assert (sought.currency, sought.amounts_cents, sought.booked_on) == ("SEK", (120_000,), date(2026, 10, 29))
    assert (sought.name_keys, sought.account) == (("asa oberg",), "50001111")


def test_a_checked_reference_is_looked_up_as_it_is_only() -> None:
    assert lookups(transfer(references=(ocr("0014605182"),))).references == ("14605182",)
    assert lookups(transfer(references=(ocr("14605182"),))).slips == ()


def test_a_creditor_reference_is_looked_up_with_and_without_its_wrapping() -> None:
    assert lookups(transfer(references=(rf("RF10 1460 5182"),))).references == ("RF1014605182", "14605182")


def test_part_amounts_are_looked_up_beside_the_whole() -> None:
    sought = lookups(transfer(cents=165_000, references=(ocr("14605182", 120_000), ocr("14606081", 45_000))))

    assert sought.amounts_cents == (165_000, 120_000, 45_000)


def test_names_in_the_text_are_looked_up_beside_the_payers() -> None:
    sought = lookups(transfer("14605182 avser Åsa Öberg", counterparty_name="NORRVIK BOULE"))

    assert sought.name_keys == ("norrvik", "asa oberg")


def test_a_transfer_that_says_nothing_is_looked_up_by_its_amount() -> None:
    sought = lookups(transfer())

    assert (sought.references, sought.slips, sought.name_keys, sought.account) == ((), (), (), None)
