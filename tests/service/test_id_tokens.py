"""What of an ID token is believed."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from billing.authority import Caller, Role
from graphql_api.sign_in.attempts import Attempt
from graphql_api.sign_in.id_tokens import signed_in
from graphql_api.sign_in.refusals import AnswerRefused, NotProvenAnew
from tests.graphql.tokens import NOW, SECONDS, TestIssuer, _base64, unsigned

ISSUER = TestIssuer(audience="api")
ATTEMPT = Attempt.new(return_to="/", max_age_seconds=3600, now=NOW)
STEP_UP = Attempt.new(return_to="/", max_age_seconds=0, now=NOW)


def claims(attempt: Attempt = ATTEMPT, **changes: Any) -> dict[str, Any]:
    """Those of a good token, with changes; None leaves a claim out."""
    return {"aud": "console", "nonce": attempt.nonce, "sub": "ann@example.test", "auth_time": SECONDS} | changes


async def read(token: str, attempt: Attempt = ATTEMPT) -> Caller:
    return await signed_in(token, ISSUER, client_id="console", attempt=attempt, now=NOW)


async def refusal(token: str, attempt: Attempt = ATTEMPT) -> str:
    with pytest.raises(AnswerRefused) as refused:
        await read(token, attempt)
    return str(refused.value)


async def test_a_good_one_says_who_signed_in_and_when() -> None:
    assert await read(ISSUER.token(claims=claims())) == Caller(
        actor="ann@example.test", roles=frozenset({Role.SYS_FINANCE}), authenticated_at=NOW
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["console"]},
        {"aud": ["console", "other"], "azp": "console"},
        {"azp": "console"},
        {"at_hash": "x", "acr": "1", "sid": "y"},
    ],
)
async def test_one_of_any_usual_make_is_accepted(changes: dict[str, Any]) -> None:
    assert (await read(ISSUER.token(claims=claims(**changes)))).actor == "ann@example.test"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"nonce": None}, "incomplete"),
    ({"nonce": "another"}, "another sign-in"),
    ({"nonce": 7}, "another sign-in"),
    ({"nonce": ""}, "another sign-in"),
    ({"nonce": [ATTEMPT.nonce]}, "another sign-in"),
    ({"iat": None}, "incomplete"),
    ({"iat": SECONDS + 31}, "not valid yet"),
    ({"exp": None}, "incomplete"),
    ({"exp": SECONDS - 30}, "expired"),
    ({"iss": "https://evil.test"}, "somebody else"),
    ({"iss": None}, "incomplete"),
    ({"aud": "api"}, "another service"),
    ({"aud": None}, "incomplete"),
    ({"aud": ["console", "other"]}, "another client"),
    ({"aud": ["console", "other"], "azp": "other"}, "another client"),
    ({"azp": "other"}, "another client"),
    ({"sub": None}, "incomplete"),
    ({"sub": " "}, "sub is not a name"),
    ({"roles": "sys_finance"}, "not a list"),
    ({"auth_time": "now"}, "not a number"),
    ({"auth_time": 1e300}, "out of range"),
    ({"auth_time": SECONDS + 31}, "a clock is wrong"),
]


@pytest.mark.parametrize(("changes", "why"), REFUSED)
async def test_one_whose_claims_are_missing_malformed_or_another_s_is_refused(
    changes: dict[str, Any], why: str
) -> None:
    assert why in await refusal(ISSUER.token(claims=claims(**changes)))


@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "AT+JWT"])
async def test_an_access_token_is_no_id_token(kind: str) -> None:
    assert "not an ID token" in await refusal(ISSUER.token(claims=claims(), headers={"typ": kind}))


async def test_an_unsigned_one_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", ""):
        await refusal(unsigned({"alg": algorithm, "kid": "one"}, ISSUER.claims(**claims())))


async def test_one_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    public = ISSUER.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, body, _ = unsigned({"alg": "HS256", "kid": "one"}, ISSUER.claims(**claims())).split(".")
    signature = hmac.new(public, f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert "forged" in await refusal(f"{head}.{body}.{_base64(signature)}")


async def test_one_signed_by_another_or_with_an_unknown_key_is_refused() -> None:
    assert "forged" in await refusal(ISSUER.token(claims=claims(), key=ISSUER.other_key))
    assert "does not publish" in await refusal(ISSUER.token(claims=claims(), headers={"kid": "two"}))


@pytest.mark.parametrize(("age", "good"), [(3600, True), (3630, True), (3631, False), (10**6, False)])
async def test_a_proof_that_is_older_than_was_asked_for_is_none(age: int, good: bool) -> None:
    token = ISSUER.token(claims=claims(auth_time=SECONDS - age))
    if good:
        assert (await read(token)).authenticated_at == NOW - timedelta(seconds=age)
    else:
        with pytest.raises(NotProvenAnew):
            await read(token)


@pytest.mark.parametrize("age", [None, 31, 3600])
async def test_an_old_proof_or_none_is_no_new_one(age: int | None) -> None:
    auth_time = None if age is None else SECONDS - age
    with pytest.raises(NotProvenAnew):
        await read(ISSUER.token(claims=claims(STEP_UP, auth_time=auth_time)), STEP_UP)


async def test_without_a_time_of_proof_none_is_made_up() -> None:
    assert (await read(ISSUER.token(claims=claims(auth_time=None)))).authenticated_at is None


async def test_nobody_has_proven_themselves_later_than_now() -> None:
    assert (await read(ISSUER.token(claims=claims(auth_time=SECONDS + 30)))).authenticated_at == NOW
