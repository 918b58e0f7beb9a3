"""An OpenID Connect provider on a wire of its own, whose answers a test can change."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import httpx

from tests.graphql.tokens import TestIssuer

CLIENT_ID, CLIENT_SECRET = "console:1", "geheim & 50%"
BASIC = "client_secret_basic"


@dataclass(kw_only=True)
class IdentityProvider:
    """It signs in whoever a test says. `changes` are made to the claims of its ID tokens: None leaves a claim out.

    `headers`: of the ID token; `make_token`: makes another of its claims. `forms`: what came to the token endpoint.
    """

    now: Callable[[], datetime]
    url: str = "https://login.test/realm"
    methods: list[str] | None = field(default_factory=lambda: [BASIC])
    client_secret: str | None = CLIENT_SECRET
    says_issuer: bool = True
    down: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    make_token: Callable[[dict[str, Any]], str] | None = None
    token_status: int = 200
    forms: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.issuer = TestIssuer(url=self.url, audience="billing")

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = str(request.url).removeprefix(self.url)
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if path == "/token":
            return self._token(request)
        return httpx.Response(
            200, json=self.description() if "configuration" in path else {"keys": [self.issuer.jwk()]}
        )

    def description(self) -> dict[str, Any]:
        described = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=1",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": self.methods,
            "authorization_response_iss_parameter_supported": self.says_issuer,
        }
        return {name: value for name, value in described.items() if value is not None}

    def sign_in(
        self, url: str, *, actor: str = "finance@example.test", roles: list[str] | None = None, auth_age: float = 0
    ) -> str:
        """Somebody signs in on the page at this address, `auth_age` seconds ago; where it sends the browser then."""
        asked = one_each(url)
        assert url.startswith(f"{self.url}/authorize?tenant=1&")
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked | {
            "sub": actor,
            "roles": ["sys_finance"] if roles is None else roles,
            "auth_time": self.now().timestamp() - auth_age,
        }
        answer = {"code": code, "state": asked["state"]} | ({"iss": self.url} if self.says_issuer else {})
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        self.forms.append(form)
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        if not self._knows_client(request, form):
            return httpx.Response(401, json={"error": "invalid_client"})
        if (
            asked is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != asked["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(self.token_status, json={"token_type": "Bearer", "id_token": self._id_token(asked)})

    def _knows_client(self, request: httpx.Request, form: dict[str, str]) -> bool:
        if self.methods is not None and BASIC not in self.methods:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, self.client_secret)
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        told = base64.b64decode(pair).decode().split(":")
        return scheme == "Basic" and [unquote_plus(part) for part in told] == [CLIENT_ID, CLIENT_SECRET]

    def _id_token(self, asked: dict[str, Any]) -> str:
        now = self.now().timestamp()
        claims = {
            "aud": CLIENT_ID,
            "nonce": asked["nonce"],
            "sub": asked["sub"],
            "roles": asked["roles"],
            "auth_time": asked["auth_time"],
            "iat": now,
            "exp": now + 300,
        } | self.changes
        if self.make_token is not None:
            return self.make_token(self.issuer.claims(**claims))
        return self.issuer.token(headers=self.headers, claims=claims)


def one_each(url: str) -> dict[str, str]:
    """The parameters of an address: each stands there once."""
    found = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values()), url
    return {name: values[0] for name, values in found.items()}
