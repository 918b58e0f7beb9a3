"""The links that ask for a sign-in: what they may ask for."""

import httpx
import pytest
from starlette.datastructures import QueryParams

from graphql_api.sign_in.refusals import WishRefused
from graphql_api.sign_in.wishes import Wish

ELSEWHERE = [
    "https://evil.test",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "\t//evil.test",
    " //evil.test",
    "/\n/evil.test",
    "/a\r\nLocation: https://evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    "@evil.test",
    ".evil.test",
    "",
    "/é",
    "/\0",
    "/" + "a" * 2001,
]


@pytest.mark.parametrize("return_to", ELSEWHERE)
def test_a_sign_in_leads_to_no_other_site(return_to: str) -> None:
    with pytest.raises(WishRefused, match="`return_to` is the path of a page of this service"):
        Wish.of(QueryParams({"return_to": return_to}))


@pytest.mark.parametrize(
    "return_to", ["/", "/graphql?query=%7B+a+%7D#b", "/a//b", "/https://evil.test", "/@evil.test", "/.//evil.test"]
)
def test_a_local_path_stays_here(return_to: str) -> None:
    assert Wish.of(QueryParams({"return_to": return_to})).return_to == return_to
    assert httpx.URL("https://billing.test/auth/callback").join(return_to).host == "billing.test"


@pytest.mark.parametrize("max_age", ["1", "-1", "00", "0 ", "x", ""])
def test_a_link_asks_for_a_new_proof_or_for_none(max_age: str) -> None:
    with pytest.raises(WishRefused, match="`max_age` is 0 or left out"):
        Wish.of(QueryParams({"max_age": max_age}))


def test_a_window_of_its_own_ends_where_it_closes() -> None:
    assert Wish.of(QueryParams("mode=popup&return_to=/graphql")) == Wish(return_to="/auth/signed-in")
    with pytest.raises(WishRefused, match="`mode` is page or popup"):
        Wish.of(QueryParams("mode=frame"))


@pytest.mark.parametrize("query", ["", "return_to=/a?b=1%26c", "max_age=0", "mode=popup", "mode=popup&max_age=0"])
def test_the_link_to_try_again_asks_for_the_same(query: str) -> None:
    wish = Wish.of(QueryParams(query))
    assert Wish.of(QueryParams(wish.link().partition("?")[2])) == wish
