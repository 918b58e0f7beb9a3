"""The texts are forms that real payers use; the numbers are made up."""

import pytest

from billing.matching.mentions import all_mentions, mentions
from billing.matching.wording import name_words
from billing.money import Money
from billing.ocr import ReferenceKind
from tests.billing.matching_facts import ocr, transfer


def references(text: str) -> list[str]:
    """What the text clearly gives as references."""
    return [mention.key for mention in mentions(text) if mention.is_given]


def keys(text: str) -> list[str]:
    return [mention.key for mention in mentions(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("146048", ["146048"]),
        ("faktura 146048 kund nr 8849", ["146048"]),
        ("FAKTNR 146573, KUNDNR 12547", ["146573"]),
        ("KUNDNR 12547 FAKTURA 146573", ["146573"]),
        ("Faktnr: 63600", ["63600"]),
        ("fakturanr 63313 kund 870", ["63313"]),
        ("FNR. 145887 KUNDNR. 9655", ["145887"]),
        (" 146066  KUNDNR  11128", ["146066"]),
        ("K10093 f145928", ["145928"]),
        ("F-145492 kund 9831", ["145492"]),
        ("4544 145960", ["145960"]),
        ("Minerva 00040147", ["40147"]),
        ("Faktura8014573", ["8014573"]),
        ("kund 12469/146454", ["146454"]),
        ("145948/12469", ["145948", "12469"]),
        ("144997+145354", ["144997", "145354"]),
        ("Faktura 146048 och 146049", ["146048", "146049"]),
        ("657866 658765 657767", ["657866", "658765", "657767"]),
        ("faktura 88", ["88"]),
        ("OCR 14605182 tack", ["14605182"]),
        ("faktura 146048 tel 070-174 06 05", ["146048"]),
        ("Viite 14605182", ["14605182"]),
        ("invoice no 146048 for member 8849", ["146048"]),
    ],
)
def test_the_numbers_given_as_references_are_found_and_those_of_customers_and_telephones_are_not(
    text: str, found: list[str]
) -> None:
    assert references(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Medlemsavgift",
        "årsavgift 2026",
        "kund nr 8849",
        "betalt 2026-11-02",
        "1 200,00 kr",
        "450:-",
        "SEK",
        "lgh 1201",
        "70",
    ],
)
def test_years_dates_amounts_and_short_or_foreign_numbers_are_no_references(text: str) -> None:
    assert references(text) == []


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("1460 5182", "14605182"),
        ("146-051-82", "14605182"),
        ("147.595.83", "14759583"),
        ("2026-0043", "20260043"),
        ("2026-0043 kund 15788", "20260043"),
        ("faktura 2026-0043", "20260043"),
    ],
)
def test_a_number_written_in_groups_is_also_read_as_one(text: str, joined: str) -> None:
    assert joined in references(text)


def test_a_number_within_a_longer_number_or_word_is_none_of_its_own() -> None:
    assert keys("9914605182") == ["9914605182"]
    assert keys("A14605182B") == ["A14605182B"]
    assert "14605182" not in keys("14605182X9")


def test_numbers_two_separators_apart_are_not_joined() -> None:
    assert keys("146048, 145354") == ["146048", "145354"]
    assert keys("146048  145354") == ["146048", "145354"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("PR-2026-12", "PR202612"), ("INV0042", "INV0042"), ("a12b34", "A12B34"), ("F145492", "F145492")],
)
def test_a_number_is_also_read_with_the_letters_that_belong_to_it(text: str, number: str) -> None:
    [mention] = [mention for mention in mentions(text) if mention.key == number]
    assert mention.is_exact_only


def test_a_creditor_reference_is_read_whole_spaces_or_not() -> None:
    [mention] = mentions("RF18 5390 0754 7034 tack")
    assert (mention.key, mention.kind) == ("RF18539007547034", ReferenceKind.RF)
    assert keys("ref RF18539007547034, faktura 146048") == ["RF18539007547034", "146048"]


def test_a_creditor_reference_with_a_wrong_digit_is_read_as_the_numbers_in_it() -> None:
    assert "539007547034" in keys("RF19 5390 0754 7034")
    assert not [mention for mention in mentions("RF19 5390 0754 7034") if mention.kind is ReferenceKind.RF]


def test_a_short_number_counts_only_as_a_whole() -> None:
    [mention] = mentions("faktura 1042")
    assert (mention.key, mention.is_exact_only) == ("1042", True)


def test_what_is_left_of_a_text_may_be_names() -> None:
    assert name_words("146048 Karl Jönsson") == ("karl", "jonsson")
    assert name_words("Betalning av faktura 146048. Hälsningar Åsa Öst") == ("asa", "ost")
    assert name_words("OCR 14605182 för Ekby Boule") == ("ekby", "boule")


def test_a_long_text_of_nothing_but_numbers_is_read_in_moderate_time_and_number() -> None:
    assert len(mentions("12345 " * 3_000)) < 100
    assert len(mentions("RF18 " + "1234 " * 3_000)) < 100
    assert len(mentions("1," * 10_000)) == 0


def test_a_number_that_was_typed_and_found_right_by_the_bank_counts_once_and_as_checked() -> None:
    typed = transfer("14605182 14606081").references
    told = transfer(references=(*typed, ocr("14605182", 70_000)), message="faktura 146070")

    found = {mention.key: (mention.kind, mention.amount) for mention in all_mentions(told) if mention.is_given}

    assert found == {
        "14605182": (ReferenceKind.OCR, Money(70_000, "SEK")),
        "14606081": (ReferenceKind.TEXT, None),
        "146070": (ReferenceKind.TEXT, None),
    }


def test_a_reference_cut_where_its_field_ends_is_read_from_the_message_that_has_all_of_it() -> None:
    told = transfer("Medlemsavgift Åsa Öberg 14", message="Medlemsavgift Åsa Öberg 146051")

    assert [mention.key for mention in all_mentions(told)] == ["146051"]
