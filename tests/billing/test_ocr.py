import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from billing.ocr import (
    Agreement,
    Level,
    Slip,
    has_check_digit,
    has_length_digit,
    is_rf,
    meant_by,
    normal,
    ocr_of,
    rf_of,
    slip,
)

NUMBERS = st.from_regex(r"[1-9][0-9]{2,19}", fullmatch=True)


def test_an_ocr_is_the_number_then_a_length_digit_then_a_check_digit() -> None:
    assert ocr_of("1234") == "123463"
    assert ocr_of("146051") == "14605182"
    assert ocr_of("PR-2026-12") == "20261285"


def test_a_length_of_ten_or_more_gives_only_its_last_digit() -> None:
    assert ocr_of("12345678")[-2] == "0"
    assert len(ocr_of("12345678")) == 10


@pytest.mark.parametrize("number", ["", "faktura", "1" * 24])
def test_a_number_without_digits_or_with_too_many_gives_no_ocr(number: str) -> None:
    with pytest.raises(ValueError, match="cannot be made"):
        ocr_of(number)


@pytest.mark.parametrize("number", ["655969", "7495575", "1636976", "0072019122420063"])
def test_published_numbers_have_a_right_length_digit_and_check_digit(number: str) -> None:
    assert has_check_digit(number)
    assert has_length_digit(number)


@pytest.mark.parametrize(
    "number", ["655968", "84629", "", "0", "12a34", "\uff11\uff12\uff13\uff14\uff16\uff13", "1" * 26]
)
def test_a_wrong_check_digit_other_characters_and_other_lengths_are_no_ocr(number: str) -> None:
    assert not has_check_digit(number)


@pytest.mark.parametrize(
    ("agreement", "right", "wrong"),
    [
        (Agreement(level=Level.SOFT), ["18", "7992739871" + "3"], ["19", "1", "0" * 26]),
        (Agreement(level=Level.HARD), ["18", "79927398713"], ["79927398710"]),
        (Agreement(level=Level.HARD_VARIABLE_LENGTH), ["123463"], ["123455", "14604880", "18"]),
        (Agreement(level=Level.HARD_FIXED_LENGTH, lengths=(6, 8)), ["123463", "14605182"], ["18", "7495575"]),
    ],
)
def test_each_agreement_takes_the_numbers_its_level_asks_for(
    agreement: Agreement, right: list[str], wrong: list[str]
) -> None:
    assert [number for number in right if not agreement.is_right(number)] == []
    assert [number for number in wrong if agreement.is_right(number)] == []


def test_only_a_soft_agreement_lets_wrong_numbers_arrive() -> None:
    assert not Agreement(level=Level.SOFT).refuses
    assert Agreement(level=Level.HARD).refuses


@pytest.mark.parametrize(
    ("level", "lengths"),
    [
        (Level.HARD_FIXED_LENGTH, ()),
        (Level.HARD_FIXED_LENGTH, (6, 7, 8)),
        (Level.HARD_FIXED_LENGTH, (1,)),
        (Level.HARD_FIXED_LENGTH, (26,)),
        (Level.SOFT, (6,)),
    ],
)
def test_lengths_are_agreed_for_fixed_lengths_only_and_at_most_two(level: Level, lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="OCR"):
        Agreement(level=level, lengths=lengths)


def test_a_creditor_reference_wraps_letters_and_digits_in_check_digits() -> None:
    assert rf_of("5390 0754 7034") == "RF18539007547034"
    assert is_rf("RF18 5390 0754 7034")
    assert is_rf("rf18539007547034")
    assert not is_rf("RF17539007547034")
    assert not is_rf("18539007547034")
    with pytest.raises(ValueError, match="cannot be made"):
        rf_of("1" * 22)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("1460 5182", "14605182"),
        ("14605-182", "14605182"),
        ("00040147", "40147"),
        ("pr-2026-12", "PR202612"),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("RF18 0005 3900 7547 034", "RF18539007547034"),
        ("000", ""),
        ("", ""),
    ],
)
def test_spaces_hyphens_case_and_leading_zeros_do_not_distinguish_references(written: str, compared: str) -> None:
    assert normal(written) == compared


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("14605182", Slip.NONE),
        ("1460518", Slip.NO_CHECK_DIGIT),
        ("1460512", Slip.NO_LENGTH_DIGIT),
        ("146051", Slip.NEITHER_DIGIT),
        ("14605192", Slip.WRONG_DIGIT),
        ("24605182", Slip.WRONG_DIGIT),
        ("41605182", Slip.SWAPPED_DIGITS),
        ("14605128", Slip.SWAPPED_DIGITS),
        ("1605182", Slip.MISSING_DIGIT),
        ("4605182", Slip.MISSING_DIGIT),
    ],
)
def test_one_slip_of_the_pen_is_recognised_for_what_it_is(typed: str, how: Slip) -> None:
    assert slip(typed, "14605182") is how


@pytest.mark.parametrize("typed", ["", "14605", "146051820", "914605182", "14615192", "64105182", "1460", "99999999"])
def test_two_slips_and_a_number_within_a_longer_one_are_not_alike(typed: str) -> None:
    assert slip(typed, "14605182") is None


def test_numbers_under_five_digits_are_too_short_for_a_slip() -> None:
    assert slip("1235", "1245") is None
    assert slip("123", "1235") is None


def every_slip(number: str) -> set[str]:
    wrong = {number[:at] + digit + number[at + 1 :] for at in range(len(number)) for digit in "0123456789"}
    missing = {number[:at] + number[at + 1 :] for at in range(len(number))}
    swapped = {number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(len(number) - 1)}
    return wrong | missing | swapped | {number[:-2]}


@settings(max_examples=40)
@given(NUMBERS)
def test_whatever_single_slip_is_made_the_number_meant_is_among_the_few_looked_for(number: str) -> None:
    ocr = ocr_of(number)
    for typed in every_slip(ocr) - {ocr}:
        assert slip(typed, ocr) not in {None, Slip.NONE}
        assert ocr in meant_by(typed)


@given(NUMBERS)
def test_numbers_looked_for_have_a_right_check_digit_and_are_few(typed: str) -> None:
    meant = meant_by(typed)
    assert all(luhn.is_valid(number) for number in meant)
    assert meant == sorted(set(meant) - {typed})
    assert len(meant) <= 3 * len(typed) + 2


@given(NUMBERS)
def test_numbers_looked_for_are_all_one_slip_away(typed: str) -> None:
    for number in meant_by(typed):
        assert slip(typed, number) is not None or number == ocr_of(typed)


@given(st.text())
def test_no_text_upsets_the_reading_of_references(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert has_check_digit(text) in {True, False}
    assert is_rf(text) in {True, False}
