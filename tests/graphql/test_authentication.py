import base64
import hashlib
import hmac
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from billing.authority import Caller, Role
from graphql_api.authentication import Authentication
from graphql_api.issuers import DevelopmentIssuer, KeyUnreadable
from graphql_api.signed_tokens import InvalidToken
from tests.graphql.tokens import NOW, SECONDS, TestIssuer, unsigned

ISSUER = TestIssuer()
STRICT = TestIssuer(at_jwt_only=True)
OF_ANOTHER_KIND = X25519PrivateKey.generate().private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


async def caller(token: str, issuer: TestIssuer | DevelopmentIssuer = ISSUER, *, now: datetime = NOW) -> Caller | None:
    return await Authentication(issuer=issuer, now=lambda: now).caller([f"Bearer {token}"])


async def refusal(token: str, issuer: TestIssuer | DevelopmentIssuer = ISSUER) -> str:
    with pytest.raises(InvalidToken) as refused:
        await caller(token, issuer)
    return str(refused.value)


async def test_a_good_token_says_who_calls_and_what_they_may_do() -> None:
    assert await caller(ISSUER.token()) == Caller(
        actor="finance@example.test", roles=frozenset({Role.SYS_FINANCE}), authenticated_at=NOW - timedelta(seconds=10)
    )


async def test_without_a_header_nobody_calls() -> None:
    assert await Authentication(issuer=ISSUER, now=lambda: NOW).caller([]) is None


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "token", "Bearer a b", "Bearer a.b.c", "Bearer \x00"]
)
async def test_a_header_without_a_bearer_token_is_refused(header: str) -> None:
    with pytest.raises(InvalidToken):
        await Authentication(issuer=ISSUER, now=lambda: NOW).caller([header])


async def test_two_headers_are_refused_although_each_is_good() -> None:
    with pytest.raises(InvalidToken, match="Send one header"):
        await Authentication(issuer=ISSUER, now=lambda: NOW).caller([f"Bearer {ISSUER.token()}"] * 2)


async def test_the_scheme_is_read_in_any_case() -> None:
    assert await Authentication(issuer=ISSUER, now=lambda: NOW).caller([f"bEARER {ISSUER.token()}"]) is not None


def hmac_signed(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    body = unsigned(header, claims).rsplit(".", 1)[0]
    signature = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def test_a_token_without_a_signature_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", ""):
        assert (
            await refusal(unsigned({"alg": algorithm, "kid": "one"}, ISSUER.claims()))
            == "The token is forged, damaged or incomplete."
        )


async def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    pem = ISSUER.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    forged = hmac_signed({"alg": "HS256", "kid": "one", "typ": "at+jwt"}, ISSUER.claims(), pem)
    assert await refusal(forged) == "The token is forged, damaged or incomplete."


async def test_a_token_in_another_algorithm_than_its_key_s_is_refused() -> None:
    header = {"alg": "PS256", "kid": "one"}
    assert await refusal(unsigned(header, ISSUER.claims(), b"x" * 256)) == "The token is forged, damaged or incomplete."


async def test_a_token_signed_by_another_key_under_a_known_id_is_refused() -> None:
    assert await refusal(ISSUER.token(key=ISSUER.other_key)) == "The token is forged, damaged or incomplete."


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u"])
async def test_a_token_cannot_bring_its_own_key(name: str) -> None:
    own = ISSUER.jwk(key=ISSUER.other_key) if name == "jwk" else "https://evil.test/keys"
    assert "forged" in await refusal(ISSUER.token(headers={name: own}, key=ISSUER.other_key))


async def test_a_token_of_an_unknown_key_is_refused() -> None:
    assert "does not publish" in await refusal(ISSUER.token(headers={"kid": "two"}))


async def test_a_changed_token_is_refused() -> None:
    head, body, signature = ISSUER.token().split(".")
    other = ISSUER.token(sub="somebody@example.test").split(".")[1]
    assert other != body
    assert await refusal(f"{head}.{other}.{signature}") == "The token is forged, damaged or incomplete."


EXPIRED = [(SECONDS - 30, False), (SECONDS - 29, True), (SECONDS + 0.5, True)]


@pytest.mark.parametrize(("expires", "good"), EXPIRED)
async def test_a_token_expires_with_thirty_seconds_of_grace(expires: float, good: bool) -> None:
    token = ISSUER.token(exp=expires)
    if good:
        assert await caller(token) is not None
    else:
        assert await refusal(token) == "The token has expired."


@pytest.mark.parametrize("name", ["nbf", "iat"])
async def test_a_token_of_the_future_is_refused(name: str) -> None:
    within, beyond = {name: SECONDS + 30}, {name: SECONDS + 31}
    assert await caller(ISSUER.token(claims=within)) is not None
    assert await refusal(ISSUER.token(claims=beyond)) == "The token is not valid yet."


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"exp": None}, "incomplete"),
    ({"exp": "2026-03-31"}, "not a number"),
    ({"exp": True}, "not a number"),
    ({"exp": float("inf")}, "not a number"),
    ({"sub": None}, "incomplete"),
    ({"sub": 12}, "incomplete"),
    ({"sub": ""}, "sub is not a name"),
    ({"sub": "   "}, "sub is not a name"),
    ({"sub": "a\nb"}, "sub is not a name"),
    ({"sub": "x" * 256}, "sub is not a name"),
    ({"aud": "another"}, "another service"),
    ({"aud": None}, "incomplete"),
    ({"aud": []}, "incomplete"),
    ({"iss": "https://issuer.test/"}, "somebody else"),
    ({"iss": None}, "incomplete"),
    ({"roles": "sys_finance"}, "not a list"),
    ({"roles": [1]}, "not a list"),
    ({"roles": {"sys_finance": True}}, "not a list"),
    ({"auth_time": "1774958400"}, "not a number"),
    ({"auth_time": True}, "not a number"),
    ({"auth_time": 1e300}, "out of range"),
    ({"nbf": "now"}, "not a number"),
]


@pytest.mark.parametrize(("changes", "why"), REFUSED)
async def test_a_token_whose_claims_are_missing_or_malformed_is_refused(changes: dict[str, Any], why: str) -> None:
    assert why in await refusal(ISSUER.token(claims=changes))


ID_TOKENS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"nonce": "n-0S6_WzA2Mj"}),
    ({}, {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}),
    ({}, {"c_hash": "LDktKdoQak3Pk0cnXxCltA"}),
    ({}, {"azp": "billing"}),
    ({}, {"typ": "ID"}),
    ({}, {"typ": "Refresh"}),
    ({"typ": "id+jwt"}, {}),
    ({"typ": "logout+jwt"}, {}),
    ({"typ": "dpop+jwt"}, {}),
]


@pytest.mark.parametrize(("headers", "claims"), ID_TOKENS)
async def test_an_id_token_is_no_access_token(headers: dict[str, Any], claims: dict[str, Any]) -> None:
    assert await refusal(ISSUER.token(headers=headers, claims=claims)) == "The token is not an access token."


@pytest.mark.parametrize(
    ("headers", "claims"),
    [
        ({"typ": "at+jwt"}, {"azp": "billing"}),
        ({"typ": "application/at+JWT"}, {}),
        ({}, {"typ": "Bearer", "azp": "graphiql"}),
    ],
)
async def test_an_access_token_of_any_usual_make_is_accepted(headers: dict[str, Any], claims: dict[str, Any]) -> None:
    assert await caller(ISSUER.token(headers=headers, claims=claims)) is not None


async def test_where_it_is_asked_for_only_at_jwt_is_accepted() -> None:
    assert await caller(STRICT.token(headers={"typ": "at+jwt"}), STRICT) is not None
    for headers in ({}, {"typ": "JWT"}, {"typ": "at"}):
        assert await refusal(STRICT.token(headers=headers), STRICT) == "The token is not an access token."


async def test_a_huge_token_is_refused_unread() -> None:
    assert "longer than 8192" in await refusal(ISSUER.token(more="x" * 8192))


@pytest.mark.parametrize("part", [0, 1])
async def test_a_deeply_nested_token_is_refused(part: int) -> None:
    parts = ISSUER.token().split(".")
    parts[part] = base64.urlsafe_b64encode(b"[" * 5000).rstrip(b"=").decode()
    await refusal(".".join(parts))


async def test_roles_that_mean_nothing_here_are_passed_over() -> None:
    found = await caller(ISSUER.token(roles=["admin", "sys_finance", "SYS_FINANCE"]))
    assert found is not None
    assert found.roles == {Role.SYS_FINANCE}


async def test_no_roles_and_no_auth_time_are_nobody_special() -> None:
    assert await caller(ISSUER.token(roles=None, auth_time=None)) == Caller(
        actor="finance@example.test", roles=frozenset(), authenticated_at=None
    )


async def test_the_development_issuer_s_token_is_good_for_an_hour(tmp_path: Path) -> None:
    issuer = DevelopmentIssuer.at(tmp_path)
    token = issuer.token(actor="a@example.test", roles=[Role.SYS_FINANCE], authenticated_at=NOW, now=NOW)
    assert await caller(token, issuer) == Caller(
        actor="a@example.test", roles=frozenset({Role.SYS_FINANCE}), authenticated_at=NOW
    )
    with pytest.raises(InvalidToken, match="expired"):
        await caller(token, issuer, now=NOW + timedelta(hours=1, seconds=30))


def test_the_development_key_is_made_once_and_readable_to_its_owner_only(tmp_path: Path) -> None:
    first, second = DevelopmentIssuer.at(tmp_path), DevelopmentIssuer.at(tmp_path)
    assert first.kid == second.kid
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [
        ("development-issuer.pem", 0o600)
    ]


async def test_the_development_key_of_another_installation_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    token = DevelopmentIssuer.at(tmp_path / "a").token(actor="a", roles=[], authenticated_at=NOW, now=NOW)
    assert "does not publish" in await refusal(token, DevelopmentIssuer.at(tmp_path / "b"))


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nMC4C", OF_ANOTHER_KIND])
def test_a_file_that_holds_no_key_of_the_development_issuer_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "development-issuer.pem"
    path.write_bytes(content)

    with pytest.raises(
        KeyUnreadable, match=rf"^{re.escape(str(path))} holds no Ed25519 key.* Remove it, and a new key"
    ):
        DevelopmentIssuer.at(tmp_path)

    assert path.read_bytes() == content


def test_a_new_key_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def synced(handle: int) -> None:
        assert not (tmp_path / "development-issuer.pem").exists()
        lengths.append(os.fstat(handle).st_size)

    monkeypatch.setattr(os, "fsync", synced)
    DevelopmentIssuer.at(tmp_path)

    assert lengths == [(tmp_path / "development-issuer.pem").stat().st_size]


async def test_the_development_issuer_does_not_print_its_key(tmp_path: Path) -> None:
    assert "private_key" not in repr(DevelopmentIssuer.at(tmp_path))


async def test_an_auth_time_with_a_fraction_is_kept() -> None:
    found = await caller(ISSUER.token(auth_time=SECONDS - 0.5))
    assert found is not None
    assert found.authenticated_at == datetime(2026, 3, 31, 11, 59, 59, 500_000, tzinfo=UTC)
