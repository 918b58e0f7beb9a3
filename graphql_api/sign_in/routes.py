"""/auth/…: signing in with a browser, by way of the provider, and signing out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from billing.refusals import Refusal
from graphql_api.issuers import IssuerUnavailable
from graphql_api.logs import log
from graphql_api.sign_in.answers import Answer
from graphql_api.sign_in.attempts import ATTEMPT_TTL, Attempt, Attempts
from graphql_api.sign_in.cookies import SecretCookie
from graphql_api.sign_in.pages import assets, page
from graphql_api.sign_in.provider import CALLBACK, Provider
from graphql_api.sign_in.refusals import AttemptUnknown, NotSetUp, SignInRefused
from graphql_api.sign_in.sessions import SentFromElsewhere, Sessions
from graphql_api.sign_in.wishes import SIGNED_IN, Wish

Endpoint = Callable[[Request], Awaitable[Response]]

LOGIN: Final = "/auth/login"
LOGOUT: Final = "/auth/logout"
RETRY_SECONDS: Final = 30

STATE_SHOWN: Final = 12
"""So much of an attempt's state stands in its cookie's name: each of several at once has a cookie of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The routes over a provider. `origin` tells where the browser knows this service, or refuses it."""

    provider: Provider
    attempts: Attempts
    sessions: Sessions
    origin: Callable[[Request], str]
    now: Callable[[], datetime]

    def routes(self) -> list[BaseRoute]:
        """What is served under /auth."""
        return [
            Route(LOGIN, self.login, methods=["GET"]),
            Route(CALLBACK, self.callback, methods=["GET"]),
            Route(SIGNED_IN, signed_in, methods=["GET"]),
            Route(LOGOUT, self.logout, methods=["POST"]),
            assets(),
        ]

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider."""
        wish: Wish | None = None
        try:
            origin, wish = self.origin(request), Wish.of(request.query_params)
            attempt = Attempt.new(return_to=wish.return_to, max_age_seconds=self._max_age(wish), now=self.now())
            url = await self.provider.authorization_url(attempt, origin=origin)
        except Refusal as refusal:
            return refused(refusal, wish)
        await self.attempts.keep(attempt)
        response = RedirectResponse(url, status_code=303)
        self._cookie(attempt.state).put(response, attempt.browser, ttl_seconds=int(ATTEMPT_TTL.total_seconds()))
        return response

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer from the browser, and open a session."""
        wish: Wish | None = None
        try:
            origin, wish = self.origin(request), Wish()
            answer = Answer.of(request.query_params)
            attempt = await self._attempt(request, answer)
            wish = Wish(return_to=attempt.return_to, anew=attempt.max_age_seconds == 0)
            caller = await self.provider.caller(answer, attempt, origin=origin, now=self.now())
        except Refusal as refusal:
            return refused(refusal, wish)
        response = RedirectResponse(attempt.return_to, status_code=303)
        await self.sessions.open(caller, request, response)
        self._cookie(attempt.state).remove(response)
        return response

    async def logout(self, request: Request) -> Response:
        """End the session, for good."""
        response = Response(status_code=204)
        try:
            await self.sessions.end(request, response)
        except SentFromElsewhere as refusal:
            return PlainTextResponse(str(refusal), status_code=403)
        return response

    def before(self, answer: Endpoint) -> Endpoint:
        """The same, but a page is shown only to those who are signed in; others are offered to sign in."""

        async def answer_signed_in(request: Request) -> Response:
            wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
            if wants_page and not await self.sessions.is_open(request):
                return offered(Wish(return_to=_address(request)))
            return await answer(request)

        return answer_signed_in

    async def _attempt(self, request: Request, answer: Answer) -> Attempt:
        browser = self._cookie(answer.state).of(request)
        attempt = None if browser is None else await self.attempts.take(state=answer.state, browser=browser)
        if attempt is None:
            raise AttemptUnknown
        return attempt

    def _max_age(self, wish: Wish) -> int:
        """Who signed in at the provider before a session of ours would have ended proves themselves again."""
        return 0 if wish.anew else int(self.sessions.lasting.total_seconds())

    def _cookie(self, state: str) -> SecretCookie:
        return SecretCookie.named(f"petanque-sign-in-{state[:STATE_SHOWN]}", secure=self.sessions.cookie.secure)


def offered(wish: Wish) -> Response:
    """The page for those who are not signed in. It waits for a click: the provider may sign in whoever just signed out."""
    body = f"<p>This page is for people with the finance role.</p>\n{_link(wish, 'Sign in')}"
    return page("You are not signed in", body, status=401, headers={"WWW-Authenticate": "Bearer"})


async def signed_in(_request: Request) -> Response:
    """The end of a sign-in in a window of its own."""
    return page("You are signed in", "<p>You may close this window.</p>", script="signed_in.js")


async def not_set_up(_request: Request) -> Response:
    """/auth/login where people cannot sign in."""
    return refused(NotSetUp(), None)


def refused(refusal: Refusal, wish: Wish | None) -> Response:
    """The page that says why a sign-in did not come about. It leads to the same sign-in again, where there is a `wish`."""
    log.warning("sign-in refused", because=str(refusal))
    unavailable = isinstance(refusal, IssuerUnavailable)
    again = "" if wish is None else _link(wish, "Sign in again")
    return page(
        "Nobody can sign in just now" if unavailable else "The sign-in did not work",
        f"<p>{escape(str(refusal))}</p>\n{again}",
        status=503 if unavailable else refusal.status if isinstance(refusal, SignInRefused) else 400,
        headers={"Retry-After": str(RETRY_SECONDS)} if unavailable else {},
    )


def _address(request: Request) -> str:
    """Where on this service: the path with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _link(wish: Wish, text: str) -> str:
    return f'<a class="main" href="{escape(wish.link())}">{text}</a>'
