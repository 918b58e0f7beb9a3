"""Signing in with a browser by way of an OpenID Connect provider, in production settings."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.engine import Database
from storage.sessions import hashed
from tests.service.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, one_each
from tests.service.people import OWN_PAGE, PUBLIC, Browser, Clock, Service, flags, production, running

STEP_UP = "/auth/login?mode=popup&max_age=0"
IGNORE = 'mutation { ignoreTransfer(input: {transferId: "nonsense", reason: "Not ours"}) { transfer { id } } }'
FINANCE = {"actor": "finance@example.test", "roles": ["SYS_FINANCE"], "isFresh": True}


def code(answer: Any) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


async def test_somebody_signs_in_and_is_known_until_they_sign_out(browser: Browser) -> None:
    assert await browser.viewer() is None

    back = await browser.sign_in("/auth/login?return_to=/graphql?a=1", actor="ann@example.test")

    assert (back.status_code, back.headers["location"]) == (303, "/graphql?a=1")
    assert await browser.viewer() == {"actor": "ann@example.test", "roles": ["SYS_FINANCE"], "isFresh": True}

    out = await browser.client.post("/auth/logout", headers=OWN_PAGE)

    assert out.status_code == 204
    assert browser.session is None
    assert await browser.viewer() is None


async def test_the_provider_is_asked_for_a_code_with_pkce_and_told_who_asks(
    browser: Browser, provider: IdentityProvider
) -> None:
    sent = await browser.get("/auth/login")

    asked = one_each(sent.headers["location"])
    secrets = [asked.pop(name) for name in ("state", "nonce", "code_challenge")]
    assert [len(secret) for secret in secrets] == [43, 43, 43]
    assert len(set(secrets)) == 3
    assert asked == {
        "tenant": "1",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": f"{PUBLIC}/auth/callback",
        "scope": "openid",
        "code_challenge_method": "S256",
        "max_age": "43200",
    }

    await browser.client.get(provider.sign_in(sent.headers["location"]))

    [form] = provider.forms
    assert len(form.pop("code_verifier")) == 64
    assert form.pop("code")
    assert form == {"grant_type": "authorization_code", "redirect_uri": f"{PUBLIC}/auth/callback"}


@pytest.mark.parametrize(
    ("methods", "secret"),
    [
        (None, CLIENT_SECRET),
        (["client_secret_basic", "client_secret_post"], CLIENT_SECRET),
        (["client_secret_post"], CLIENT_SECRET),
        (["none"], None),
    ],
)
async def test_the_service_tells_the_provider_who_it_is_in_the_way_the_provider_offers(
    database: Database, tmp_path: Path, clock: Clock, methods: list[str] | None, secret: str | None
) -> None:
    provider = IdentityProvider(now=clock, methods=methods, client_secret=secret, says_issuer=False)
    settings = production(tmp_path, provider, oidc_client_secret=secret)
    async with running(settings, database, clock, provider) as service:
        browser = service.browser()
        await browser.sign_in()
        assert await browser.viewer() == FINANCE


async def test_the_session_is_kept_from_scripts_other_sites_and_the_clear(browser: Browser) -> None:
    sent = await browser.get("/auth/login")
    assert flags(sent, "__Host-petanque-sign-in-") == {"httponly", "samesite=lax", "secure", "path=/", "max-age=600"}

    back = await browser.client.get(browser.service.provider.sign_in(sent.headers["location"]))

    assert flags(back, "__Host-petanque-session") == {"httponly", "samesite=lax", "secure", "path=/", "max-age=43200"}
    assert {"max-age=0", "secure", "path=/"} <= flags(back, "__Host-petanque-sign-in-")
    assert [cookie.name for cookie in browser.client.cookies.jar] == ["__Host-petanque-session"]
    assert browser.session is not None
    assert len(browser.session) == 43


async def test_the_database_knows_no_secret_of_a_browser(browser: Browser, runtime: psycopg.Connection[Any]) -> None:
    sent = await browser.get("/auth/login")
    state = one_each(sent.headers["location"])["state"]
    binding = browser.cookie(f"petanque-sign-in-{state[:12]}")
    [attempt] = runtime.execute(
        "select sign_in_attempt::text, state_hash, browser_hash from sign_in_attempt"
    ).fetchall()
    assert attempt[1:] == (hashed(state), hashed(str(binding)))
    assert state not in attempt[0]
    assert str(binding) not in attempt[0]

    await browser.client.get(browser.service.provider.sign_in(sent.headers["location"]))

    [session] = runtime.execute("select session::text, id_hash from session").fetchall()
    assert session[1] == hashed(str(browser.session))
    assert str(browser.session) not in session[0]
    assert runtime.execute("select * from sign_in_attempt").fetchall() == []


async def test_who_lacks_the_role_is_known_and_may_ask_nothing_of_the_books(browser: Browser) -> None:
    await browser.sign_in(roles=["admin", "SYS_FINANCE"], actor="support@example.test")

    assert await browser.viewer() == {"actor": "support@example.test", "roles": [], "isFresh": True}
    for document in ("{ invoices { totalCount } }", IGNORE, "{ __schema { queryType { name } } }"):
        answer = await browser.ask(document)
        assert (answer.status_code, code(answer), answer.json().get("data")) == (403, "FORBIDDEN", None)


async def test_a_cookie_and_a_token_of_the_same_person_are_the_same_caller(
    browser: Browser, provider: IdentityProvider
) -> None:
    await browser.sign_in(auth_age=100)
    now = provider.now().timestamp()
    token = provider.issuer.token(sub="finance@example.test", auth_time=now - 100, iat=now, exp=now + 60)
    everything = "{ viewer { actor roles authenticatedAt freshUntil isFresh } }"

    by_cookie = await browser.ask(everything)
    by_token = await browser.ask(everything, headers={"authorization": f"Bearer {token}"})

    assert by_cookie.json() == by_token.json()
    assert by_cookie.json()["data"]["viewer"]["freshUntil"] == "2026-11-20T12:03:20Z"


async def test_a_token_counts_before_a_cookie_and_a_bad_token_is_not_mended_by_one(
    browser: Browser, provider: IdentityProvider
) -> None:
    await browser.sign_in()
    now = provider.now().timestamp()
    token = provider.issuer.token(sub="script@example.test", iat=now, exp=now + 60, auth_time=None)

    good = await browser.ask(headers={"authorization": f"Bearer {token}"})
    bad = await browser.ask(headers=OWN_PAGE | {"authorization": "Bearer nonsense"})

    assert good.json()["data"]["viewer"]["actor"] == "script@example.test"
    assert (bad.status_code, code(bad)) == (401, "UNAUTHENTICATED")


async def test_a_change_asks_for_a_recent_proof_and_goes_through_after_one(
    browser: Browser, runtime: psycopg.Connection[Any]
) -> None:
    await browser.sign_in()
    stale, clock = browser.session, browser.service.clock
    clock.pass_by(seconds=301)

    refused = await browser.ask(IGNORE)

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age="300"'
    assert refused.json() == {
        "errors": [
            {
                "message": "Prove yourself again: this needs a sign-in of the last 300 seconds.",
                "extensions": {"code": "FRESH_AUTH_REQUIRED", "max_age": 300},
            }
        ]
    }

    sent = await browser.get(STEP_UP)
    asked = one_each(sent.headers["location"])
    back = await browser.client.get(browser.service.provider.sign_in(sent.headers["location"]))

    assert (asked["max_age"], asked["prompt"]) == ("0", "login")
    assert back.headers["location"] == "/auth/signed-in"
    assert browser.session != stale
    assert await browser.viewer() == FINANCE
    assert code(await browser.ask(IGNORE)) == "BAD_USER_INPUT"  # past the door: there is no such transfer
    [[kept]] = runtime.execute("select id_hash from session").fetchall()
    assert kept == hashed(str(browser.session))


async def test_the_window_of_a_step_up_tells_the_page_and_closes(browser: Browser) -> None:
    page = await browser.get("/auth/signed-in")
    script = await browser.get("/auth/assets/signed_in.js")

    assert page.status_code == 200
    assert '<script src="/auth/assets/signed_in.js" defer></script>' in page.text
    assert page.text.count("<script") == 1
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert 'BroadcastChannel("petanque-auth").postMessage({ type: "signed-in" })' in script.text
    assert "window.close()" in script.text


async def test_a_provider_that_does_not_say_when_signs_in_for_reading_only(
    browser: Browser, provider: IdentityProvider
) -> None:
    provider.changes = {"auth_time": None}

    await browser.sign_in()

    assert await browser.viewer() == FINANCE | {"isFresh": False}
    assert code(await browser.ask(IGNORE)) == "FRESH_AUTH_REQUIRED"


async def test_a_provider_whose_clock_is_ahead_signs_in_freshly_from_now(
    browser: Browser, provider: IdentityProvider
) -> None:
    await browser.sign_in(auth_age=-20)

    assert await browser.viewer() == FINANCE


async def test_every_sign_in_gives_a_new_session_and_ends_the_one_before(browser: Browser) -> None:
    seen = set()
    for _ in range(3):
        before = browser.session
        await browser.sign_in()
        seen.add(browser.session)
        if before is not None:
            answer = await browser.service.browser().ask(
                headers=OWN_PAGE | {"cookie": f"__Host-petanque-session={before}"}
            )
            assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")
            assert answer.json()["errors"][0]["message"] == "Your session has ended: sign in again."
    assert len(seen) == 3


async def test_two_sign_ins_of_one_browser_at_once_do_not_disturb_each_other(browser: Browser) -> None:
    one, two = await browser.get("/auth/login"), await browser.get(STEP_UP)
    for sent in (two, one):
        back = await browser.client.get(browser.service.provider.sign_in(sent.headers["location"]))
        assert back.status_code == 303
    assert await browser.viewer() == FINANCE


async def test_a_session_ends_half_an_hour_after_it_was_last_used(browser: Browser) -> None:
    await browser.sign_in()
    clock = browser.service.clock
    for _ in range(3):
        clock.pass_by(minutes=29, seconds=59)
        assert await browser.viewer() is not None

    clock.pass_by(minutes=30)

    answer = await browser.ask()
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["errors"][0]["message"] == "Your session has ended: sign in again."


async def test_a_session_ends_twelve_hours_after_the_sign_in_however_busy_it_is(browser: Browser) -> None:
    await browser.sign_in()
    for _ in range(36):
        assert await browser.viewer() is not None
        browser.service.clock.pass_by(minutes=20)

    assert await browser.viewer() is None


async def test_how_long_a_session_lasts_is_a_setting(
    database: Database, tmp_path: Path, clock: Clock, provider: IdentityProvider
) -> None:
    settings = production(tmp_path, provider, session_idle_seconds=300, session_seconds=400)
    async with running(settings, database, clock, provider) as service:
        idle, busy = service.browser(), service.browser()
        for browser in (idle, busy):
            back = await browser.sign_in()
            assert "max-age=400" in flags(back, "petanque-session")
        clock.pass_by(seconds=299)
        assert await busy.viewer() is not None
        clock.pass_by(seconds=1)
        assert await idle.viewer() is None
        clock.pass_by(seconds=99)
        assert await busy.viewer() is not None
        clock.pass_by(seconds=1)
        assert await busy.viewer() is None


async def test_that_somebody_is_there_is_written_down_once_a_minute(
    browser: Browser, runtime: psycopg.Connection[Any]
) -> None:
    await browser.sign_in()
    clock = browser.service.clock
    seen = []
    for _ in range(5):
        clock.pass_by(seconds=30)
        await browser.viewer()
        [[at]] = runtime.execute("select seen_at from session").fetchall()
        seen.append((clock.at - at).total_seconds())
    assert seen == [30, 0, 30, 0, 30]


async def test_what_is_over_is_forgotten_when_others_come(browser: Browser, runtime: psycopg.Connection[Any]) -> None:
    await browser.sign_in()
    await browser.get("/auth/login")  # and never came back
    browser.service.clock.pass_by(hours=13)

    await browser.service.browser().sign_in(actor="ann@example.test")

    assert runtime.execute("select actor from session").fetchall() == [("ann@example.test",)]
    assert runtime.execute("select count(*) from sign_in_attempt").fetchone() == (0,)


async def test_signing_out_ends_the_session_everywhere_and_only_from_our_own_pages(
    browser: Browser, runtime: psycopg.Connection[Any]
) -> None:
    await browser.sign_in()
    stolen = {"cookie": f"__Host-petanque-session={browser.session}"}

    assert (await browser.client.post("/auth/logout")).status_code == 403
    assert (await browser.get("/auth/logout", **OWN_PAGE)).status_code == 405
    assert await browser.viewer() == FINANCE

    out = await browser.client.post("/auth/logout", headers=OWN_PAGE)

    assert {"max-age=0", "httponly", "secure", "path=/"} <= flags(out, "petanque-session")
    assert runtime.execute("select count(*) from session").fetchone() == (0,)
    assert (await browser.service.browser().ask(headers=OWN_PAGE | stolen)).status_code == 401
    assert (await browser.client.post("/auth/logout", headers=OWN_PAGE)).status_code == 204


async def test_several_processes_share_sign_ins_and_sessions(
    service: Service, database: Database, tmp_path: Path, clock: Clock, provider: IdentityProvider
) -> None:
    async with running(production(tmp_path, provider), database, clock, provider) as other:
        here, there = service.browser(), other.browser()
        sent = await here.get("/auth/login")
        there.client.cookies.update(here.client.cookies)
        await there.client.get(provider.sign_in(sent.headers["location"]))
        here.client.cookies.update(there.client.cookies)
        assert await here.viewer() == await there.viewer() == FINANCE


async def test_a_session_that_another_issuer_vouched_for_is_none(
    database: Database, tmp_path: Path, clock: Clock, provider: IdentityProvider
) -> None:
    async with running(production(tmp_path, provider), database, clock, provider) as service:
        browser = service.browser()
        await browser.sign_in()
        cookie = {"cookie": f"__Host-petanque-session={browser.session}"}

    other = IdentityProvider(now=clock, url="https://new.test")
    async with running(production(tmp_path, other), database, clock, other) as service:
        assert (await service.browser().ask(headers=OWN_PAGE | cookie)).status_code == 401


async def test_a_provider_that_cannot_be_reached_is_told_as_such(
    browser: Browser, provider: IdentityProvider, runtime: psycopg.Connection[Any]
) -> None:
    provider.down = True

    answer = await browser.get("/auth/login")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "The sign-in provider cannot be reached just now; try again in a minute." in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "set-cookie" not in answer.headers
    assert runtime.execute("select count(*) from sign_in_attempt").fetchone() == (0,)


@pytest.mark.parametrize("trouble", [{"down": True}, {"token_status": 503}, {"token_status": 302}])
async def test_a_provider_that_goes_down_meanwhile_is_told_as_such(
    browser: Browser, provider: IdentityProvider, trouble: dict[str, Any]
) -> None:
    sent = await browser.get(f"{STEP_UP}&return_to=/graphql")
    back = provider.sign_in(sent.headers["location"])
    for name, value in trouble.items():
        setattr(provider, name, value)

    answer = await browser.client.get(back)

    assert (answer.status_code, browser.session) == (503, None)
    assert '<a class="main" href="/auth/login?mode=popup&amp;max_age=0">Sign in again</a>' in answer.text


async def test_graphiql_is_shown_to_those_who_are_signed_in(browser: Browser) -> None:
    offered = await browser.get("/graphql", accept="text/html")
    assert offered.status_code == 401
    assert '<a class="main" href="/auth/login?return_to=%2Fgraphql">Sign in</a>' in offered.text
    assert "GraphiQL" not in offered.text

    await browser.sign_in()
    shown = await browser.get("/graphql", accept="text/html")
    assert shown.status_code == 200
    assert "GraphiQL" in shown.text

    browser.service.clock.pass_by(hours=12)
    assert (await browser.get("/graphql", accept="text/html")).status_code == 401


async def test_without_a_client_id_there_are_tokens_but_no_sign_in(
    database: Database, tmp_path: Path, clock: Clock, provider: IdentityProvider
) -> None:
    settings = production(tmp_path, provider, oidc_client_id=None, oidc_client_secret=None)
    async with running(settings, database, clock, provider) as service:
        browser = service.browser()
        answer = await browser.get("/auth/login")
        now = clock.at.timestamp()
        token = provider.issuer.token(iat=now, exp=now + 60, auth_time=now)
        by_token = await browser.ask(headers={"authorization": f"Bearer {token}"})
        by_cookie = await browser.ask(headers={"cookie": "__Host-petanque-session=x"})

    assert answer.status_code == 404
    assert "BILLING_OIDC_CLIENT_ID" in answer.text
    assert "<a " not in answer.text
    assert by_token.json()["data"]["viewer"] == FINANCE
    assert by_cookie.status_code == 401
