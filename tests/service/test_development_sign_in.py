"""Signing in where no identity provider is configured: as anybody, on this machine only."""

from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from graphql_api.sign_in.provider import challenge_of
from tests.service.identity_provider import one_each
from tests.service.people import LOCAL, OWN_PAGE, Browser, Service, flags

VERIFIER = "v" * 64
ASKED = {
    "response_type": "code",
    "client_id": "petanque-console",
    "redirect_uri": f"{LOCAL}/auth/callback",
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


async def granted(browser: Browser, **changes: str) -> dict[str, str]:
    """What the provider answers to a client."""
    address = f"/dev-idp/authorize?{urlencode(ASKED | changes)}"
    chosen = await browser.client.post(address, data={"person": "finance@example.org"})
    return one_each(chosen.headers["location"])


async def test_one_chooses_who_one_is(local_browser: Browser) -> None:
    sent = await local_browser.get("/auth/login")
    page = await local_browser.get(sent.headers["location"])

    assert page.status_code == 200
    assert "<h1>Sign in</h1>" in page.text
    for person in ("finance@example.org", "controller@example.org", "support@example.org"):
        assert f'<button name="person" value="{person}">' in page.text
    assert "<script" not in page.text
    assert "<style" not in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert (await local_browser.get("/auth/assets/sign_in.css")).status_code == 200

    back = await local_browser.sign_in_as("finance@example.org", "/auth/login?return_to=/graphql?a")

    assert back.headers["location"] == "/graphql?a"
    assert await local_browser.viewer() == {"actor": "finance@example.org", "roles": ["SYS_FINANCE"], "isFresh": True}

    await local_browser.sign_in_as("support@example.org")

    assert await local_browser.viewer() == {"actor": "support@example.org", "roles": [], "isFresh": True}


async def test_every_sign_in_there_is_a_new_proof(local_browser: Browser) -> None:
    await local_browser.sign_in_as("finance@example.org")
    before = local_browser.session
    local_browser.service.clock.pass_by(seconds=301)
    assert (await local_browser.viewer() or {})["isFresh"] is False
    sent = await local_browser.get("/auth/login?mode=popup&max_age=0")
    assert "<h1>Prove it is you</h1>" in (await local_browser.get(sent.headers["location"])).text

    back = await local_browser.sign_in_as("finance@example.org", "/auth/login?mode=popup&max_age=0")

    assert back.headers["location"] == "/auth/signed-in"
    assert local_browser.session != before
    assert (await local_browser.viewer() or {})["isFresh"] is True


async def test_without_https_cookies_are_as_safe_as_can_be(local_browser: Browser) -> None:
    back = await local_browser.sign_in_as("finance@example.org")

    assert flags(back, "petanque-session") == {"httponly", "samesite=lax", "path=/", "max-age=43200"}
    assert [cookie.name for cookie in local_browser.client.cookies.jar] == ["petanque-session"]
    assert "strict-transport-security" not in back.headers


@pytest.mark.parametrize("address", ["http://localhost:9000", "http://[::1]:8000", "http://127.0.0.1"])
async def test_this_machine_may_be_called_by_any_of_its_names(local_service: Service, address: str) -> None:
    browser = local_service.browser(address=address)
    await browser.sign_in_as("finance@example.org")
    assert await browser.viewer() is not None


ELSEWHERE: list[tuple[str, dict[str, str]]] = [
    ("http://evil.test", {}),  # a name that was made to resolve to this machine
    ("http://127.0.0.1.evil.test:8000", {}),
    ("http://localhost.evil.test", {}),
    ("http://192.168.1.2:8000", {}),
    (LOCAL, {"x-forwarded-for": "203.0.113.9"}),
    (LOCAL, {"x-forwarded-host": "billing.test"}),
    (LOCAL, {"forwarded": "for=203.0.113.9"}),
    (LOCAL, {"x-real-ip": "203.0.113.9"}),
    (LOCAL, {"via": "1.1 proxy"}),
    (LOCAL, {"host": "localhost@evil.test"}),
    (LOCAL, {"host": ""}),
    (LOCAL, {"host": "["}),
]


@pytest.mark.parametrize(("address", "headers"), ELSEWHERE)
async def test_from_elsewhere_nobody_signs_in(
    local_service: Service, runtime: psycopg.Connection[Any], address: str, headers: dict[str, str]
) -> None:
    browser = local_service.browser(address=address)
    asked = urlencode(ASKED | {"redirect_uri": f"{address}/auth/callback"})
    answers = [
        await browser.get("/auth/login", **headers),
        await browser.get("/auth/callback?state=s&code=c", **headers),
        await browser.get(f"/dev-idp/authorize?{asked}", **headers),
        await browser.client.post(
            f"/dev-idp/authorize?{asked}", data={"person": "finance@example.org"}, headers=headers
        ),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert "people sign in on the machine itself only" in answer.text
        assert "finance@example.org" not in answer.text
        assert "location" not in answer.headers
    assert runtime.execute("select count(*) from sign_in_attempt").fetchone() == (0,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redirect_uri", "https://evil.test/auth/callback"),
        ("redirect_uri", f"{LOCAL}/auth/callback/../../graphql"),
        ("redirect_uri", "http://localhost:8000/auth/callback"),
        ("client_id", "another"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
        ("code_challenge", ""),
        ("scope", "email"),
    ],
)
async def test_the_provider_knows_one_client_and_one_way(local_browser: Browser, name: str, value: str) -> None:
    address = f"/dev-idp/authorize?{urlencode(ASKED | {name: value})}"
    for answer in (
        await local_browser.get(address),
        await local_browser.client.post(address, data={"person": "finance@example.org"}),
    ):
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert "evil" not in answer.text


@pytest.mark.parametrize("body", [b"", b"person=boss%40example.org", b"person=a&person=b", b"\xff", b"x" * 300_000])
async def test_nobody_else_can_be_chosen(local_browser: Browser, body: bytes) -> None:
    answer = await local_browser.client.post(f"/dev-idp/authorize?{urlencode(ASKED)}", content=body)
    assert answer.status_code in {400, 413}
    assert "location" not in answer.headers


async def test_a_code_is_good_once_for_a_minute_for_who_has_the_verifier(local_browser: Browser) -> None:
    good = {
        "grant_type": "authorization_code",
        "client_id": "petanque-console",
        "redirect_uri": ASKED["redirect_uri"],
        "code_verifier": VERIFIER,
    }

    async def redeemed(code: str, **changes: str) -> int:
        answer = await local_browser.client.post("/dev-idp/token", data=good | {"code": code} | changes)
        return answer.status_code

    answer = await granted(local_browser)
    assert (answer["state"], answer["iss"]) == ("s", "https://development.petanque-billing.invalid")
    assert await redeemed(answer["code"]) == 200
    assert await redeemed(answer["code"]) == 400
    for name in good:
        assert await redeemed((await granted(local_browser))["code"], **{name: "another"}) == 400
    late, in_time = await granted(local_browser), await granted(local_browser)
    local_browser.service.clock.pass_by(seconds=59)
    assert await redeemed(in_time["code"]) == 200
    local_browser.service.clock.pass_by(seconds=1)
    assert await redeemed(late["code"]) == 400
    assert await redeemed("guessed") == 400


async def test_its_id_token_opens_nothing_by_itself_and_its_access_token_does(local_browser: Browser) -> None:
    tokens = await local_browser.client.post(
        "/dev-idp/token",
        data={
            "grant_type": "authorization_code",
            "client_id": "petanque-console",
            "redirect_uri": ASKED["redirect_uri"],
            "code_verifier": VERIFIER,
            "code": (await granted(local_browser))["code"],
        },
    )
    by_id_token = await local_browser.ask(headers={"authorization": f"Bearer {tokens.json()['id_token']}"})
    by_access_token = await local_browser.ask(headers={"authorization": f"Bearer {tokens.json()['access_token']}"})

    assert by_id_token.status_code == 401
    assert by_access_token.json()["data"]["viewer"]["actor"] == "finance@example.org"


async def test_the_page_and_the_schema_are_open(local_browser: Browser) -> None:
    assert (await local_browser.get("/graphql", accept="text/html")).status_code == 200
    schema = await local_browser.ask("{ __schema { queryType { name } } }")
    assert schema.json()["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_somebody_whose_session_has_ended_is_told_so(local_browser: Browser) -> None:
    await local_browser.sign_in_as("finance@example.org")
    local_browser.service.clock.pass_by(hours=12)
    answer = await local_browser.ask("{ __typename }", headers=OWN_PAGE)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        401,
        "Your session has ended: sign in again.",
    )
