"""The OpenID Connect provider, as a client of it sees it: authorization code with PKCE, and nothing else."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus, urljoin

import httpx

from billing.authority import Caller
from graphql_api.issuers import ANSWER_SECONDS_MAX, IssuerUnavailable, OidcIssuer, is_safe_url, json_object
from graphql_api.sign_in.answers import Answer
from graphql_api.sign_in.attempts import Attempt
from graphql_api.sign_in.id_tokens import signed_in
from graphql_api.sign_in.refusals import AnswerRefused, ProviderRefused

CALLBACK: Final = "/auth/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`issuer` is asked over its own HTTP client. A client without a secret is a public one; PKCE protects both.

    `origin`, wherever it is asked for: scheme, host and port under which the browser knows this service.
    """

    issuer: OidcIssuer
    client_id: str
    client_secret: str | None = field(default=None, repr=False)

    async def authorization_url(self, attempt: Attempt, *, origin: str) -> str:
        """Where the browser is sent to sign in.

        Raises: `IssuerUnavailable`.
        """
        described = await self.issuer.description()
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": origin + CALLBACK,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge_of(attempt.code_verifier),
            "code_challenge_method": "S256",
            "max_age": str(attempt.max_age_seconds),
        }
        if attempt.max_age_seconds == 0:
            parameters["prompt"] = "login"
        endpoint = httpx.URL(_endpoint(described, "authorization_endpoint", origin=origin))
        return str(endpoint.copy_merge_params(parameters))

    async def caller(self, answer: Answer, attempt: Attempt, *, origin: str, now: datetime) -> Caller:
        """Who signed in, by the answer to this attempt.

        Raises: `AnswerRefused`, `ProviderRefused`, `NotProvenAnew`, `IssuerUnavailable`.
        """
        described = await self.issuer.description()
        _refuse_another_issuer(answer, self.issuer.url, described)
        if answer.error is not None:
            raise ProviderRefused(answer.error)
        if not answer.code:
            raise AnswerRefused("The answer of the identity provider brings no code.")
        tokens = await self._redeem(answer.code, attempt, described, origin=origin)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise AnswerRefused("The identity provider did not say who you are: its answer has no ID token.")
        return await signed_in(id_token, self.issuer, client_id=self.client_id, attempt=attempt, now=now)

    async def _redeem(
        self, code: str, attempt: Attempt, described: Mapping[str, object], *, origin: str
    ) -> Mapping[str, object]:
        """What the provider gives for the code. Raises: `ProviderRefused`, `IssuerUnavailable`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": origin + CALLBACK,
            "code_verifier": attempt.code_verifier,
        }
        credentials, own = self._credentials(described.get("token_endpoint_auth_methods_supported"))
        endpoint = _endpoint(described, "token_endpoint", origin=origin)
        try:
            answer = await self.issuer.client.post(
                endpoint, data=form | own, headers=credentials, timeout=ANSWER_SECONDS_MAX, follow_redirects=False
            )
            if 400 <= answer.status_code < 500:  # noqa: PLR2004 - HTTP's own classes
                raise ProviderRefused(_error_of(answer))
            return json_object(answer)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise IssuerUnavailable from None

    def _credentials(self, methods: object) -> tuple[dict[str, str], dict[str, str]]:
        """How this client tells the provider who it is: by headers and by fields of the form."""
        if self.client_secret is None:
            return {}, {"client_id": self.client_id}
        if isinstance(methods, list) and "client_secret_basic" not in methods:
            return {}, {"client_id": self.client_id, "client_secret": self.client_secret}
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}


def challenge_of(code_verifier: str) -> str:
    """PKCE's S256 (RFC 7636 4.2)."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _endpoint(described: Mapping[str, object], name: str, *, origin: str) -> str:
    """An address of the discovery document. The development provider's own are relative to wherever the service is."""
    url = urljoin(origin, str(described.get(name)))
    if not described.get(name) or not is_safe_url(url):
        raise IssuerUnavailable
    return url


def _refuse_another_issuer(answer: Answer, url: str, described: Mapping[str, object]) -> None:
    """RFC 9207: an answer that names its issuer names ours; where the provider always does, it has to."""
    always = described.get("authorization_response_iss_parameter_supported") is True
    if answer.issuer != url and (always or answer.issuer is not None):
        raise AnswerRefused("The answer is another identity provider's.")


def _error_of(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
