import asyncio
from typing import Any

import httpx
import jwt
import pytest

from graphql_api.issuers import (
    KEYS_STALE_SECONDS_MAX,
    KEYS_TTL_SECONDS,
    REFETCH_SECONDS,
    IssuerUnavailable,
    OidcIssuer,
    is_safe_url,
    usable_keys,
)
from tests.graphql.tokens import TestIssuer

MADE = TestIssuer()


class Provider:
    """An OpenID Connect provider on a wire of its own, whose answers a test can change."""

    def __init__(self) -> None:
        self.document: object = {"issuer": MADE.url, "jwks_uri": f"{MADE.url}/keys"}
        self.keys: object = {"keys": [MADE.jwk()]}
        self.status, self.down = 200, False
        self.asked: list[str] = []
        self.seconds = 1000.0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        is_discovery = request.url.path == "/.well-known/openid-configuration"
        return httpx.Response(self.status, json=self.document if is_discovery else self.keys)

    def issuer(self) -> OidcIssuer:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return OidcIssuer(url=MADE.url, audience=MADE.audience, client=client, clock=lambda: self.seconds)


@pytest.fixture
def provider() -> Provider:
    return Provider()


async def test_keys_are_found_by_discovery_and_asked_for_once(provider: Provider) -> None:
    issuer = provider.issuer()
    found = [await issuer.key("one") for _ in range(3)]
    assert [key.algorithm_name for key in found if key] == ["RS256"] * 3
    assert provider.asked == [f"{MADE.url}/.well-known/openid-configuration", f"{MADE.url}/keys"]


async def test_many_at_once_ask_once(provider: Provider) -> None:
    issuer = provider.issuer()
    found = await asyncio.gather(*(issuer.key("one") for _ in range(50)))
    assert None not in found
    assert len(provider.asked) == 2


async def test_an_unknown_key_id_is_asked_for_again_but_not_on_every_request(provider: Provider) -> None:
    issuer = provider.issuer()
    assert await issuer.key("one") is not None
    provider.keys = {"keys": [MADE.jwk(), MADE.jwk(kid="two")]}
    provider.seconds += REFETCH_SECONDS - 1
    assert await issuer.key("two") is None
    assert len(provider.asked) == 2
    provider.seconds += 1
    assert await issuer.key("two") is not None
    for _ in range(10):
        assert await issuer.key("three") is None
    assert len(provider.asked) == 4


async def test_keys_are_asked_for_again_when_they_are_an_hour_old_and_a_withdrawn_one_goes(provider: Provider) -> None:
    issuer = provider.issuer()
    assert await issuer.key("one") is not None
    provider.keys = {"keys": [MADE.jwk(kid="two")]}
    provider.seconds += KEYS_TTL_SECONDS + 1
    assert await issuer.key("one") is None


async def test_while_the_provider_is_down_known_keys_go_on_for_a_day(provider: Provider) -> None:
    issuer = provider.issuer()
    assert await issuer.key("one") is not None
    provider.down = True
    provider.seconds += KEYS_STALE_SECONDS_MAX
    assert await issuer.key("one") is not None
    provider.seconds += 1
    with pytest.raises(IssuerUnavailable):
        await issuer.key("one")


async def test_a_provider_that_was_down_is_asked_again_after_a_while(provider: Provider) -> None:
    issuer = provider.issuer()
    provider.down = True
    for _ in range(5):
        with pytest.raises(IssuerUnavailable):
            await issuer.key("one")
    assert len(provider.asked) == 1
    provider.down = False
    provider.seconds += REFETCH_SECONDS
    assert await issuer.key("one") is not None


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://issuer.test/", "jwks_uri": f"{MADE.url}/keys"},
        {"issuer": "https://evil.test", "jwks_uri": f"{MADE.url}/keys"},
        {"issuer": MADE.url, "jwks_uri": "http://issuer.test/keys"},
        {"issuer": MADE.url, "jwks_uri": "file:///etc/passwd"},
        {"issuer": MADE.url},
        [],
    ],
)
async def test_a_discovery_document_that_is_not_the_issuer_s_or_not_safe_is_not_believed(
    provider: Provider, document: object
) -> None:
    provider.document = document
    with pytest.raises(IssuerUnavailable):
        await provider.issuer().key("one")


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_answer_that_is_none_counts_as_unavailable(provider: Provider, status: int) -> None:
    provider.status = status
    with pytest.raises(IssuerUnavailable):
        await provider.issuer().key("one")


UNUSABLE: list[dict[str, Any]] = [
    {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
    {"kty": "oct", "k": "c2VjcmV0", "kid": "one", "alg": "RS256"},
    MADE.jwk() | {"alg": "HS256"},
    MADE.jwk() | {"alg": "none"},
    MADE.jwk() | {"alg": "RSA-OAEP"},
    MADE.jwk() | {"use": "enc"},
    MADE.jwk() | {"kid": 7},
    {"kty": "RSA", "kid": "one"},
    {"kid": "one"},
]


@pytest.mark.parametrize("entry", [*UNUSABLE, "one", None, []])
def test_a_key_that_cannot_sign_for_its_issuer_alone_is_not_used(entry: object) -> None:
    assert usable_keys({"keys": [entry]}) == {}


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": []}])
def test_a_key_set_without_keys_has_none(document: dict[str, object]) -> None:
    assert usable_keys(document) == {}


def test_a_token_without_key_id_is_judged_by_the_only_key() -> None:
    keys = usable_keys({"keys": [MADE.jwk()]})
    assert keys.keys() == {"one", None}
    assert isinstance(keys[None], jwt.PyJWK)
    assert usable_keys({"keys": [MADE.jwk(), MADE.jwk(kid="two")]}).keys() == {"one", "two"}


def test_a_provider_is_asked_over_https_or_on_this_machine() -> None:
    safe = ["https://issuer.test/keys", "http://127.0.0.1:8080/keys", "http://localhost/keys"]
    assert [
        url
        for url in [*safe, "http://issuer.test", "http://127.0.0.1.evil.test", "ftp://localhost", ""]
        if is_safe_url(url)
    ] == safe
