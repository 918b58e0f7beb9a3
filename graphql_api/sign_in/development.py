"""The development identity provider: OpenID Connect in miniature, for this machine only, where no other is configured.

Whoever can open its page may choose who they are. It remembers nobody: every sign-in there is a new proof.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from billing.authority import Role
from graphql_api.bodies import Unreadable, read_form
from graphql_api.issuers import DevelopmentIssuer
from graphql_api.sign_in.origins import local_origin
from graphql_api.sign_in.pages import page
from graphql_api.sign_in.provider import CALLBACK, challenge_of
from graphql_api.sign_in.refusals import SignInRefused

CLIENT_ID: Final = "petanque-console"
MOUNTED_AT: Final = "/dev-idp"
CODE_TTL: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to sign in as. `about` tells what they are there to try."""

    name: str
    about: str
    roles: tuple[Role, ...]


PEOPLE: Final = (
    Person(name="finance@example.org", about="Finance: sees all, changes all", roles=(Role.SYS_FINANCE,)),
    Person(name="controller@example.org", about="Finance too: a second pair of eyes", roles=(Role.SYS_FINANCE,)),
    Person(name="support@example.org", about="Without the finance role: may see nothing", roles=()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code stands for."""

    person: Person
    redirect_uri: str
    nonce: str
    code_challenge: str
    granted_at: datetime

    def fits(self, form: Mapping[str, str], *, now: datetime) -> bool:
        """Whether this is the client that asked, with the verifier of its challenge, and in time."""
        return (
            form.get("grant_type") == "authorization_code"
            and form.get("client_id") == CLIENT_ID
            and form.get("redirect_uri") == self.redirect_uri
            and challenge_of(form.get("code_verifier", "")) == self.code_challenge
            and now < self.granted_at + CODE_TTL
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentProvider:
    """Its tokens are signed with the development issuer's key. It knows one client: this service."""

    issuer: DevelopmentIssuer
    now: Callable[[], datetime]
    _grants: dict[str, Grant] = field(default_factory=dict)

    def app(self) -> Starlette:
        """What is served under `MOUNTED_AT`, and asked for by the service itself without a network."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.description),
                Route("/keys", self.keys),
                Route("/authorize", self.choose, methods=["GET"]),
                Route("/authorize", self.authorize, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def description(self, _request: Request) -> Response:
        """The page for people is where the service is, whatever the browser calls that; so its address is relative."""
        return JSONResponse(
            {
                "issuer": self.issuer.url,
                "authorization_endpoint": f"{MOUNTED_AT}/authorize",
                "token_endpoint": f"{self.issuer.url}/token",
                "jwks_uri": f"{self.issuer.url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(self.issuer.key_set)

    async def choose(self, request: Request) -> Response:
        """The page with the people."""
        try:
            _check_client(request)
        except SignInRefused as refusal:
            return _refused(refusal)
        people = "\n".join(
            f'<button name="person" value="{escape(person.name)}">{escape(person.name)}'
            f"<small>{escape(person.about)}</small></button>"
            for person in PEOPLE
        )
        anew = request.query_params.get("prompt") == "login"
        return page("Prove it is you" if anew else "Sign in", f'<form method="post">\n{people}\n</form>\n{_NOTE}')

    async def authorize(self, request: Request) -> Response:
        """Somebody was chosen: back to the service, with a code."""
        try:
            _check_client(request)
            person = _chosen(await read_form(request))
        except (SignInRefused, Unreadable) as refusal:
            return _refused(refusal)
        asked = request.query_params
        code = self._granted(
            Grant(
                person=person,
                redirect_uri=asked["redirect_uri"],
                nonce=asked.get("nonce", ""),
                code_challenge=asked["code_challenge"],
                granted_at=self.now(),
            )
        )
        answer = urlencode({"code": code, "state": asked.get("state", ""), "iss": self.issuer.url})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=303)

    async def token(self, request: Request) -> Response:
        """An ID token for a code: once, within a minute, to whoever has the verifier."""
        try:
            form = await read_form(request)
        except Unreadable:
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or not grant.fits(form, now=self.now()):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse(self._tokens(grant))

    def _granted(self, grant: Grant) -> str:
        for code in [code for code, old in self._grants.items() if grant.granted_at >= old.granted_at + CODE_TTL]:
            del self._grants[code]
        code = secrets.token_urlsafe(32)
        self._grants[code] = grant
        return code

    def _tokens(self, grant: Grant) -> dict[str, object]:
        person, now = grant.person, self.now()
        claims = {
            "aud": CLIENT_ID,
            "sub": person.name,
            "roles": [role.value for role in person.roles],
            "nonce": grant.nonce,
            "auth_time": int(grant.granted_at.timestamp()),
        }
        access_token = self.issuer.token(
            actor=person.name, roles=person.roles, authenticated_at=grant.granted_at, now=now
        )
        return {
            "token_type": "Bearer",
            "access_token": access_token,
            "id_token": self.issuer.signed(claims, kind="JWT", now=now),
        }


_NOTE: Final = (
    '<p class="note">This page is for this machine only, as long as no identity provider is configured '
    "(<code>BILLING_OIDC_ISSUER</code>).</p>"
)


def _check_client(request: Request) -> None:
    """Raises: `SignInRefused`."""
    origin, asked = local_origin(request), request.query_params
    expected = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": origin + CALLBACK,
        "code_challenge_method": "S256",
    }
    if "openid" not in asked.get("scope", "").split() or not asked.get("code_challenge"):
        raise SignInRefused("This is no request for a sign-in with OpenID Connect and PKCE.")
    for name, value in expected.items():
        if asked.get(name) != value:
            raise SignInRefused(f"This sign-in does not come from this service: its `{name}` is another.")


def _chosen(form: Mapping[str, str]) -> Person:
    """Raises: `SignInRefused`."""
    for person in PEOPLE:
        if person.name == form.get("person"):
            return person
    raise SignInRefused("Choose one of the people on the page.")


def _refused(refusal: SignInRefused | Unreadable) -> Response:
    return page("The sign-in did not work", f"<p>{escape(str(refusal))}</p>", status=refusal.status)
