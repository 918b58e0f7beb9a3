"""Where tokens come from: the built-in development issuer, or a configured OpenID Connect provider."""

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from billing.authority import Role
from billing.refusals import ErrorCode, Refusal
from graphql_api.settings import Settings
from storage.data_folder import make_passable
from storage.problems import StorageProblem

ALGORITHMS: Final = frozenset("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split())
"""Asymmetric signatures only: a shared secret would let every verifier sign."""

KEYS_TTL_SECONDS: Final = 3600
KEYS_STALE_SECONDS_MAX: Final = 24 * 3600
REFETCH_SECONDS: Final = 30
ANSWER_SECONDS_MAX: Final = 5
DEVELOPMENT_TOKEN_TTL: Final = timedelta(hours=1)


class IssuerUnavailable(Refusal):
    """The provider's keys cannot be had, so no token can be judged."""

    code = ErrorCode.PROVIDER_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("The sign-in provider cannot be reached just now; try again in a minute.")


class KeyUnreadable(StorageProblem):
    """The file of the development issuer's key holds none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} holds no Ed25519 key: it is cut short, or something else. Remove it, and a new key is made; who is "
            "signed in by the old one signs in again."
        )


class Issuer(Protocol):
    """Who signs tokens. With `at_jwt_only`, only tokens whose header says `typ: at+jwt` are access tokens."""

    @property
    def url(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def at_jwt_only(self) -> bool: ...

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        """The public key with this id; None where the issuer has no such key. Raises: `IssuerUnavailable`."""


class DevelopmentIssuer:
    """Signs tokens with a key of this installation's own, as long as no provider is configured."""

    url = "https://development.petanque-billing.invalid"
    audience = "petanque-billing"
    at_jwt_only = True

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        public_key = private_key.public_key()
        self._private_key = private_key
        self.kid = hashlib.sha256(public_key.public_bytes_raw()).hexdigest()[:16]
        jwk = OKPAlgorithm.to_jwk(public_key, as_dict=True) | {"kid": self.kid, "alg": "EdDSA", "use": "sig"}
        self.key_set: Mapping[str, object] = {"keys": [jwk]}
        self._published = jwt.PyJWK(jwk)

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The issuer whose key lies in `folder`; made there, readable to its owner only, when it is missing.

        Raises: KeyUnreadable.
        """
        path = folder / "development-issuer.pem"
        if not path.exists():
            _create_key(path)
        return cls(_read_key(path))

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        return self._published if kid == self.kid else None

    def token(self, *, actor: str, roles: Iterable[Role], authenticated_at: datetime, now: datetime) -> str:
        """An access token as a provider would issue it."""
        claims = {
            "aud": self.audience,
            "sub": actor,
            "roles": [role.value for role in roles],
            "auth_time": int(authenticated_at.timestamp()),
            "jti": secrets.token_hex(16),
        }
        return self.signed(claims, kind="at+jwt", now=now)

    def signed(self, claims: Mapping[str, object], *, kind: str, now: datetime) -> str:
        """A token of the kind, good for an hour."""
        expires = now + DEVELOPMENT_TOKEN_TTL
        own = {"iss": self.url, "iat": int(now.timestamp()), "exp": int(expires.timestamp())}
        return jwt.encode(
            {**own, **claims}, self._private_key, algorithm="EdDSA", headers={"kid": self.kid, "typ": kind}
        )


def development_issuer(settings: Settings) -> DevelopmentIssuer:
    """The issuer whose key lies in the data folder."""
    make_passable(settings.data_dir)
    return DevelopmentIssuer.at(settings.data_dir)


def _read_key(path: Path) -> Ed25519PrivateKey:
    """Raises: KeyUnreadable."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as unreadable:
        raise KeyUnreadable(path) from unreadable
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(path)
    return key


def _create_key(path: Path) -> None:
    """Write a new key whole or not at all, also if the machine stops; where another process was quicker, its key stays."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@dataclass(slots=True, kw_only=True, eq=False)
class OidcIssuer:
    """A provider found by its discovery document. Its keys are kept, and asked for again when they age or one is unknown.

    An unknown key id costs at most one question every `REFETCH_SECONDS`. While the provider cannot be reached, keys that
    are known already go on for a day.
    """

    url: str
    audience: str
    client: httpx.AsyncClient
    at_jwt_only: bool = False
    clock: Callable[[], float] = time.monotonic
    _keys: dict[str | None, jwt.PyJWK] = field(default_factory=dict)
    _description: Mapping[str, object] = field(default_factory=dict)
    _fetched_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        await self._fetch_unless(lambda: kid in self._keys)
        return self._keys.get(kid)

    async def description(self) -> Mapping[str, object]:
        """The discovery document. Raises: `IssuerUnavailable`."""
        await self._fetch_unless(lambda: True)
        return self._description

    async def _fetch_unless(self, known: Callable[[], bool]) -> None:
        if not (known() and self._is_new()):
            async with self._lock:
                if not (known() and self._is_new()) and self.clock() - self._tried_at >= REFETCH_SECONDS:
                    await self._refetch()
        if self.clock() - self._fetched_at > KEYS_STALE_SECONDS_MAX:
            raise IssuerUnavailable

    def _is_new(self) -> bool:
        return self.clock() - self._fetched_at <= KEYS_TTL_SECONDS

    async def _refetch(self) -> None:
        self._tried_at = self.clock()
        try:
            description = await self._get(self.url.rstrip("/") + "/.well-known/openid-configuration")
            if description.get("issuer") != self.url:
                return
            keys = usable_keys(await self._get(str(description.get("jwks_uri"))))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return
        self._description, self._keys, self._fetched_at = description, keys, self.clock()

    async def _get(self, url: str) -> dict[str, object]:
        """Raises: `httpx.HTTPError`, `httpx.InvalidURL`, `ValueError`."""
        if not is_safe_url(url):
            raise ValueError("A provider is asked over https only, or on this machine.")
        return json_object(await self.client.get(url, timeout=ANSWER_SECONDS_MAX, follow_redirects=False))


def json_object(answer: httpx.Response) -> dict[str, object]:
    """What a provider says when all is well. Raises: `httpx.HTTPError`, `ValueError`."""
    answer.raise_for_status()
    document = answer.json()
    if not isinstance(document, dict):
        raise ValueError("The answer is not a JSON object.")  # noqa: TRY004 - one error for every bad answer
    return document


def usable_keys(document: dict[str, object]) -> dict[str | None, jwt.PyJWK]:
    """The signing keys of a JWKS by their id; a lone key also stands under None, for tokens that name none."""
    listed = document.get("keys")
    keys: dict[str | None, jwt.PyJWK] = {}
    for entry in listed if isinstance(listed, list) else []:
        key = _usable_key(entry)
        if key is not None:
            keys[key.key_id] = key
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


def _usable_key(entry: object) -> jwt.PyJWK | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") == "oct":
        return None
    if not isinstance(entry.get("kid"), str | None) or str(entry.get("alg", "RS256")) not in ALGORITHMS:
        return None
    try:
        key = jwt.PyJWK(entry)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    return key if key.algorithm_name in ALGORITHMS else None


def is_safe_url(url: str) -> bool:
    """Whether a provider may be asked there: over https, or over plain http on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})
