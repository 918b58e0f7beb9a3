"""Tokens for tests, good and bad, as an issuer or a forger makes them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())

_KEYS = [generate_private_key(65537, 2048) for _ in range(2)]
"""RSA keys take long to make: two do for all tests."""


@dataclass(kw_only=True)
class TestIssuer:
    """An issuer whose published keys a test can change. Counts how often it is asked for one."""

    __test__ = False

    url: str = "https://issuer.test"
    audience: str = "billing"
    at_jwt_only: bool = False
    private_key: RSAPrivateKey = field(default_factory=lambda: _KEYS[0])
    other_key: RSAPrivateKey = field(default_factory=lambda: _KEYS[1])

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        return jwt.PyJWK(self.jwk()) if kid in {"one", None} else None

    def jwk(self, *, kid: str = "one", key: RSAPrivateKey | None = None) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk((key or self.private_key).public_key(), as_dict=True)
        return public | {"kid": kid, "use": "sig", "alg": "RS256"}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims with changes; a change to None leaves the claim out."""
        good = {
            "iss": self.url,
            "aud": self.audience,
            "sub": "finance@example.test",
            "roles": ["sys_finance"],
            "auth_time": SECONDS - 10,
            "iat": SECONDS - 10,
            "exp": SECONDS + 600,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self,
        *,
        headers: dict[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
        key: RSAPrivateKey | None = None,
        **changes: Any,
    ) -> str:
        header = {"kid": "one"} | (headers or {})
        return jwt.encode(
            self.claims(**(claims or {}), **changes), key or self.private_key, algorithm="RS256", headers=header
        )


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token of any header whatever."""
    return ".".join(_base64(part) for part in (orjson.dumps(header), orjson.dumps(claims), signature))


def _base64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
