from datetime import UTC, datetime, timedelta

import pytest

from billing.authority import Caller, FreshAuthRequired, ReasonRequired, Role, stated_reason
from billing.refusals import BadInput

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def signed_in(*, seconds_ago: float | None) -> Caller:
    at = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return Caller(actor="a@b.se", roles=frozenset({Role.SYS_FINANCE}), authenticated_at=at)


@pytest.mark.parametrize(
    ("seconds_ago", "fresh"), [(0, True), (300, True), (300.001, False), (-0.001, False), (None, False)]
)
def test_a_sign_in_is_fresh_for_300_seconds_and_never_when_unknown_or_in_the_future(
    seconds_ago: float | None, fresh: bool
) -> None:
    assert signed_in(seconds_ago=seconds_ago).is_fresh(NOW) is fresh


def test_freshness_ends_300_seconds_after_the_sign_in() -> None:
    assert signed_in(seconds_ago=100).fresh_until() == NOW + timedelta(seconds=200)
    assert signed_in(seconds_ago=None).fresh_until() is None


SHOW_NOTHING = (
    "\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}", "\N{WORD JOINER}", "\N{SOFT HYPHEN}", "\N{HANGUL FILLER}",
    "\N{BRAILLE PATTERN BLANK}", "\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT ISOLATE}", "\N{COMBINING GRAPHEME JOINER}",
    "\N{VARIATION SELECTOR-16}", "\a", "\x7f", "\x85", "\N{LINE SEPARATOR}",
)  # fmt: skip


@pytest.mark.parametrize("value", [None, "", "   ", "\t\n", "\N{NO-BREAK SPACE}", "".join(SHOW_NOTHING)])
def test_a_reason_that_is_absent_or_blank_is_required(value: object) -> None:
    with pytest.raises(ReasonRequired):
        stated_reason(value)


@pytest.mark.parametrize("character", SHOW_NOTHING)
def test_a_reason_of_characters_that_show_nothing_is_blank(character: str) -> None:
    with pytest.raises(ReasonRequired):
        stated_reason(character * 3)


@pytest.mark.parametrize(
    "value",
    ["\N{DROMEDARY CAMEL}" * 3, "❤️ ok", "👩‍👩‍👧", "betalt\ntvå gånger", "שולם פעמיים\N{RIGHT-TO-LEFT MARK}", "दो बार भुगतान",
     "이중 결제", "二重払い", "???", "100", "\N{ZERO WIDTH SPACE}twice", "\U0001fadc" * 3],
)  # fmt: skip
def test_a_reason_in_any_script_is_kept_as_it_is(value: str) -> None:
    assert stated_reason(value) == value


@pytest.mark.parametrize("value", ["ab", " ab ", "x" * 501, 123, ["long enough"], {"text": "x"}, True])
def test_a_reason_of_another_length_or_kind_is_bad_input(value: object) -> None:
    with pytest.raises(BadInput) as refusal:
        stated_reason(value)
    assert refusal.value.argument == "input.reason"


@pytest.mark.parametrize(("value", "kept"), [("abc", "abc"), ("  paid twice \n", "paid twice"), ("x" * 500, "x" * 500)])
def test_a_reason_is_kept_trimmed(value: str, kept: str) -> None:
    assert stated_reason(value) == kept


def test_a_refusal_for_staleness_says_how_fresh_is_fresh_enough() -> None:
    assert FreshAuthRequired(max_age=300).details() == {"max_age": 300}
