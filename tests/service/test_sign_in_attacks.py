"""What somebody may try against the sign-in and its sessions; nothing of it gets them in."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
import pytest

from graphql_api.sign_in.attempts import ATTEMPT_TTL
from tests.graphql.tokens import unsigned
from tests.logs import Logged, capturing
from tests.service.identity_provider import IdentityProvider, one_each
from tests.service.people import LOCAL, OWN_PAGE, PUBLIC, VIEWER, Browser, Service

STEP_UP = "/auth/login?max_age=0"
IGNORE = 'mutation { ignoreTransfer(input: {transferId: "nonsense", reason: "Not ours"}) { transfer { id } } }'


@pytest.fixture
def sessions(runtime: psycopg.Connection[Any]) -> Callable[[], list[str]]:
    """Whose sessions there are."""
    return lambda: [actor for (actor,) in runtime.execute("select actor from session order by actor").fetchall()]


@pytest.fixture(autouse=True)
def logged() -> Iterator[Logged]:
    with capturing() as lines:
        yield lines


async def begun(browser: Browser, path: str = "/auth/login", **person: Any) -> str:
    """A sign-in as far as the provider; where the provider sends the browser back to."""
    sent = await browser.get(path)
    return browser.service.provider.sign_in(sent.headers["location"], **person)


def changed(url: str, **changes: str | None) -> str:
    """The address with other parameters; None takes one away."""
    asked: dict[str, str | None] = {**one_each(url), **changes}
    kept = {name: value for name, value in asked.items() if value is not None}
    return f"{url.partition('?')[0]}?{urlencode(kept)}"


def refused(answer: httpx.Response, *words: str, status: int = 400) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text
    assert not [cookie for cookie in answer.headers.get_list("set-cookie") if "petanque-session" in cookie]
    for word in words:
        assert word in answer.text


async def test_an_answer_is_good_once(
    browser: Browser, provider: IdentityProvider, sessions: Callable[[], list[str]]
) -> None:
    back = await begun(browser)
    kept = httpx.Cookies(browser.client.cookies)
    assert (await browser.client.get(back)).status_code == 303
    browser.client.cookies.update(kept)

    refused(await browser.client.get(back), "is over already")
    refused(await browser.service.browser().client.get(back), "is over already")

    assert len(provider.forms) == 1  # the code was not shown to the provider again
    assert sessions() == ["finance@example.test"]


async def test_of_several_who_bring_the_same_answer_at_once_one_is_let_in(
    browser: Browser, provider: IdentityProvider, sessions: Callable[[], list[str]]
) -> None:
    back = await begun(browser)
    answers = await asyncio.gather(*(browser.client.get(back) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400, 400]
    assert (len(provider.forms), len(sessions())) == (1, 1)


async def test_a_code_that_the_provider_has_given_tokens_for_already_is_worth_nothing(
    browser: Browser, sessions: Callable[[], list[str]]
) -> None:
    first, second = await begun(browser), await begun(browser)
    await browser.client.get(first)

    replayed = await browser.client.get(changed(second, code=one_each(first)["code"]))

    refused(replayed, "did not sign you in (its answer: invalid_grant)")
    assert len(sessions()) == 1


async def test_nobody_is_signed_in_by_an_answer_to_somebody_else_s_sign_in(
    service: Service, sessions: Callable[[], list[str]], provider: IdentityProvider
) -> None:
    attacker, victim = service.browser(), service.browser()
    back = await begun(attacker, actor="attacker@example.test")
    own = await begun(victim)

    refused(await victim.client.get(back), "begun in another browser")
    refused(await victim.client.get(changed(own, state=one_each(back)["state"])), "begun in another browser")
    assert (provider.forms, sessions()) == ([], [])

    refused(await victim.client.get(changed(own, code=one_each(back)["code"])), "invalid_grant")  # PKCE
    assert sessions() == []


async def test_an_attempt_of_one_browser_is_not_used_up_by_another(service: Service) -> None:
    mine, other = service.browser(), service.browser()
    back = await begun(mine)
    binding = next(cookie.name for cookie in mine.client.cookies.jar)
    for cookie in ("guessed", ""):
        refused(await other.get(back.removeprefix(PUBLIC), cookie=f"{binding}={cookie}"), "begun in another browser")

    assert (await mine.client.get(back)).status_code == 303


@pytest.mark.parametrize("state", [None, "", "x", "*" * 5000, "\0", "é\udcff".encode("utf-8", "replace").decode()])
async def test_an_answer_without_a_state_of_ours_is_refused(
    browser: Browser, sessions: Callable[[], list[str]], provider: IdentityProvider, state: str | None
) -> None:
    refused(await browser.client.get(changed(await begun(browser), state=state)), "Begin anew.")
    assert (provider.forms, sessions()) == ([], [])


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
async def test_an_answer_that_says_a_thing_twice_is_refused(
    browser: Browser, provider: IdentityProvider, name: str
) -> None:
    back = changed(await begun(browser), error="x") if name == "error" else await begun(browser)
    refused(await browser.client.get(f"{back}&{name}={one_each(back)[name]}"), "says a thing twice")
    assert provider.forms == []


async def test_an_answer_that_comes_after_ten_minutes_is_refused(
    browser: Browser, sessions: Callable[[], list[str]], provider: IdentityProvider
) -> None:
    late, in_time = await begun(browser), await begun(browser)
    browser.service.clock.at += ATTEMPT_TTL

    refused(await browser.client.get(late), "took too long")
    assert (provider.forms, sessions()) == ([], [])

    browser.service.clock.pass_by(seconds=-1)
    assert (await browser.client.get(in_time)).status_code == 303


@pytest.mark.parametrize("issuer", ["https://evil.test", "https://login.test/realm/", "", None])
async def test_an_answer_of_another_issuer_is_refused(
    browser: Browser, sessions: Callable[[], list[str]], provider: IdentityProvider, issuer: str | None
) -> None:
    refused(await browser.client.get(changed(await begun(browser), iss=issuer)), "another identity provider")
    assert (provider.forms, sessions()) == ([], [])


async def test_an_answer_of_another_issuer_is_refused_also_where_ours_does_not_say_its_name(
    browser: Browser, provider: IdentityProvider
) -> None:
    provider.says_issuer = False
    refused(await browser.client.get(changed(await begun(browser), iss="https://evil.test")), "another identity")
    assert provider.forms == []


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>", "Your account is locked, call 0900"])
async def test_what_the_provider_refuses_is_told_in_its_word_but_not_in_an_attacker_s(
    browser: Browser, error: str
) -> None:
    back = changed(await begun(browser), code=None, error=error, error_description="<b>call 0900</b>")
    answer = await browser.client.get(back)
    refused(answer, error if error == "access_denied" else "unknown")
    assert "<script>" not in answer.text
    assert "0900" not in answer.text


async def test_an_answer_without_a_code_is_refused(browser: Browser, provider: IdentityProvider) -> None:
    refused(await browser.client.get(changed(await begun(browser), code=None)), "brings no code")
    assert provider.forms == []


FORGERIES: list[tuple[str, Callable[[IdentityProvider], Callable[[dict[str, Any]], str]]]] = [
    ("no signature", lambda _: lambda claims: unsigned({"alg": "none", "kid": "one"}, claims)),
    ("another's signature", lambda made: lambda claims: made.issuer.token(claims=claims, key=made.issuer.other_key)),
    ("another sign-in's", lambda made: lambda claims: made.issuer.token(claims=claims | {"nonce": "another"})),
    ("another client's", lambda made: lambda claims: made.issuer.token(claims=claims | {"aud": "another"})),
    ("another issuer's", lambda made: lambda claims: made.issuer.token(claims=claims | {"iss": "https://evil.test"})),
    ("an access token", lambda made: lambda claims: made.issuer.token(claims=claims, headers={"typ": "at+jwt"})),
    ("nonsense", lambda _: lambda _claims: "nonsense"),
]


@pytest.mark.parametrize("make", [make for _, make in FORGERIES], ids=[what for what, _ in FORGERIES])
async def test_an_id_token_that_is_not_the_provider_s_to_us_for_this_sign_in_lets_nobody_in(
    browser: Browser,
    provider: IdentityProvider,
    sessions: Callable[[], list[str]],
    make: Callable[[IdentityProvider], Callable[[dict[str, Any]], str]],
) -> None:
    provider.make_token = make(provider)

    refused(await browser.client.get(await begun(browser)), "The identity provider&#x27;s answer was not accepted.")

    assert sessions() == []


async def test_who_strips_max_age_from_the_request_to_the_provider_has_not_proven_themselves(
    browser: Browser, sessions: Callable[[], list[str]]
) -> None:
    await browser.sign_in()
    before = browser.session
    browser.service.clock.pass_by(seconds=400)
    sent = await browser.get(STEP_UP)
    stripped = changed(sent.headers["location"], max_age=None, prompt=None)

    answer = await browser.client.get(browser.service.provider.sign_in(stripped, auth_age=400))

    refused(answer, "did not ask you to prove who you are", "max_age=0")
    assert (browser.session, sessions()) == (before, ["finance@example.test"])
    assert (await browser.ask(IGNORE)).json()["errors"][0]["extensions"]["code"] == "FRESH_AUTH_REQUIRED"


async def test_who_strips_max_age_from_the_link_gets_a_session_that_is_as_old_as_the_proof(browser: Browser) -> None:
    await browser.sign_in(auth_age=400)

    answer = await browser.ask(IGNORE)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "FRESH_AUTH_REQUIRED")


async def test_a_step_up_needs_the_provider_to_say_when(browser: Browser, provider: IdentityProvider) -> None:
    provider.changes = {"auth_time": None}
    refused(await browser.client.get(await begun(browser, STEP_UP)), "did not ask you to prove who you are")


@pytest.mark.parametrize(("age", "good"), [(0, True), (30, True), (31, False), (-30, True), (-31, False)])
async def test_a_proof_counts_from_when_it_was_asked_for_with_half_a_minute_of_grace(
    browser: Browser, age: float, good: bool
) -> None:
    answer = await browser.client.get(await begun(browser, STEP_UP, auth_age=age))
    assert answer.status_code == (303 if good else 400)


async def test_a_proof_counts_however_long_the_person_then_takes_to_come_back(browser: Browser) -> None:
    back = await begun(browser, STEP_UP)
    browser.service.clock.pass_by(minutes=4)
    assert (await browser.client.get(back)).status_code == 303


async def test_a_sign_in_that_would_lead_to_another_site_does_not_begin(
    browser: Browser, runtime: psycopg.Connection[Any]
) -> None:
    for return_to in ("https://evil.test", "//evil.test", "/\\evil.test", "/\t/evil.test"):
        asked = await browser.get(f"/auth/login?{urlencode({'return_to': return_to})}")
        refused(asked, "`return_to` is the path of a page")
    assert runtime.execute("select count(*) from sign_in_attempt").fetchone() == (0,)


async def test_the_address_to_come_back_to_is_not_taken_from_a_request(browser: Browser) -> None:
    evil = {"host": "evil.test", "x-forwarded-host": "evil.test", "x-forwarded-proto": "http", "forwarded": "host=evil"}
    sent = await browser.get("/auth/login", **evil)
    assert one_each(sent.headers["location"])["redirect_uri"] == f"{PUBLIC}/auth/callback"


async def test_a_session_that_an_attacker_planted_does_not_become_the_victim_s(
    service: Service, sessions: Callable[[], list[str]]
) -> None:
    attacker, victim = service.browser(), service.browser()
    await attacker.sign_in(actor="attacker@example.test", roles=[])
    planted = attacker.session
    assert planted is not None
    for fixed in (planted, "chosen-by-the-attacker"):
        victim.client.cookies.clear()
        victim.client.cookies.set("__Host-petanque-session", fixed, domain="billing.test")
        await victim.sign_in()
        assert victim.session not in {fixed, None}
        assert (await attacker.viewer() or {}).get("actor") != "finance@example.test"
    assert "attacker@example.test" not in sessions()


async def test_a_sign_in_cookie_that_an_attacker_planted_opens_nothing_for_them(
    service: Service, sessions: Callable[[], list[str]]
) -> None:
    attacker, victim = service.browser(), service.browser()
    await attacker.get("/auth/login")
    victim.client.cookies.update(attacker.client.cookies)
    own = await begun(victim)

    refused(await attacker.client.get(own), "begun in another browser")
    assert sessions() == []


FOREIGN = [{}, {"x-requested-with": ""}, {"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_cookie_without_the_header_of_our_own_pages_moves_nothing(
    browser: Browser, runtime: psycopg.Connection[Any], headers: dict[str, str]
) -> None:
    await browser.sign_in()

    answers = [
        await browser.client.post("/graphql", json={"query": IGNORE}, headers=headers),
        await browser.client.post("/graphql", json={"query": VIEWER}, headers=headers),
        await browser.client.get("/sys/payments/unmatched", headers=headers),
        await browser.client.get("/graphql/operations.json", headers=headers),
        await browser.client.post("/auth/logout", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert all("X-Requested-With" in answer.text for answer in answers)
    assert answers[0].json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert runtime.execute("select count(*) from audit_event").fetchone() == (0,)
    assert (await browser.viewer() or {})["actor"] == "finance@example.test"


@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_a_form_of_another_site_is_refused_whatever_it_brings(browser: Browser, media: str) -> None:
    await browser.sign_in()
    for headers, status in ((OWN_PAGE, 415), ({}, 403)):
        answer = await browser.client.post(
            "/graphql", content=b'{"query": "{ viewer { actor } }"}', headers={"content-type": media} | headers
        )
        assert answer.status_code == status
        assert "data" not in answer.json()


async def test_no_other_site_is_allowed_to_ask_in_a_browser(browser: Browser) -> None:
    preflight = {"origin": "https://evil.test", "access-control-request-method": "POST"}
    answer = await browser.client.options("/graphql", headers=preflight)
    assert answer.status_code == 405
    for path in ("/graphql", "/auth/login", "/auth/signed-in"):
        answer = await browser.get(path, origin="https://evil.test")
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_token_or_session_in_an_address_is_no_proof_and_is_not_logged(
    browser: Browser, provider: IdentityProvider, logged: Logged
) -> None:
    await browser.sign_in()
    now, secret = provider.now().timestamp(), str(browser.session)
    token = provider.issuer.token(iat=now, exp=now + 60)
    stranger = browser.service.browser()
    for name, value in (("access_token", token), ("__Host-petanque-session", secret), ("session", secret)):
        answer = await stranger.client.post(f"/graphql?{name}={value}", json={"query": VIEWER}, headers=OWN_PAGE)
        assert (answer.status_code, "data" in answer.json()) == (401, False)
        answer = await stranger.get(f"/sys/payments/unmatched?{name}={value}")
        assert answer.status_code == 401
    assert token not in logged.text
    assert secret not in logged.text


async def test_no_secret_of_a_sign_in_is_logged(browser: Browser, logged: Logged) -> None:
    back = await begun(browser)
    binding = next(cookie.value for cookie in browser.client.cookies.jar)
    refused(await browser.client.get(changed(back, iss="https://evil.test")))
    await browser.sign_in()
    await browser.viewer()

    secrets = [binding, one_each(back)["state"], one_each(back)["code"], browser.session, "finance@example.test"]
    assert [secret for secret in secrets if secret is None or secret in logged.text] == []
    [line] = logged.events("sign-in refused")
    assert line["because"] == "The answer is another identity provider's."


async def test_every_page_is_kept_from_frames_caches_and_the_clear(browser: Browser) -> None:
    pages = [
        await browser.get("/graphql", accept="text/html"),
        await browser.get("/auth/login"),
        await browser.get("/auth/login?return_to=//evil.test"),
        await browser.get("/auth/callback?state=x"),
        await browser.get("/auth/signed-in"),
        await browser.ask(),
        await browser.get("/nowhere"),
    ]
    for page in pages:
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"


async def test_the_development_provider_is_not_there(browser: Browser) -> None:
    for address in (PUBLIC, LOCAL):
        stranger = browser.service.browser(address=address)
        for path in ("authorize", "token", "keys", ".well-known/openid-configuration"):
            assert (await stranger.get(f"/dev-idp/{path}")).status_code == 404
