"""From an `Authorization` header to a `Caller`: one access token, checked whole before anything of it is believed."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import jwt

from billing.authority import Caller, Role, Unauthenticated
from graphql_api.issuers import ALGORITHMS, Issuer

TOKEN_LENGTH_MAX: Final = 8 * 1024
LEEWAY_SECONDS: Final = 30
ACTOR_LENGTH_MAX: Final = 255

_ID_TOKEN_CLAIMS: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_ACCESS_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})


class InvalidToken(Unauthenticated):
    """Credentials were given, and they are not good. The message says what to mend and nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Tokens of one issuer, at the instant that `now` tells."""

    issuer: Issuer
    now: Callable[[], datetime]

    async def caller(self, authorization: Sequence[str]) -> Caller | None:
        """Who calls, by the values of the request's `Authorization` headers; None where there are none.

        Raises: `InvalidToken`, `IssuerUnavailable`.
        """
        if not authorization:
            return None
        token = bearer_token(authorization)
        header = _header(token)
        key = await self.issuer.key(_key_id(header))
        if key is None:
            raise InvalidToken("The token is signed with a key that its issuer does not publish.")
        claims = _verified_claims(token, key, self.issuer)
        _refuse_other_kinds(header, claims, self.issuer)
        _refuse_other_times(claims, self.now().timestamp())
        return Caller(actor=_actor(claims), roles=_roles(claims), authenticated_at=_authenticated_at(claims))


def bearer_token(authorization: Sequence[str]) -> str:
    """The one token of the headers. Raises: `InvalidToken`."""
    scheme, _, token = authorization[0].partition(" ")
    if len(authorization) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("Send one header `Authorization: Bearer <token>`.")
    if len(token) > TOKEN_LENGTH_MAX:
        raise InvalidToken(f"The token is longer than {TOKEN_LENGTH_MAX} characters.")
    return token.strip()


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidToken("The token is not a signed JWT.") from None


def _key_id(header: Mapping[str, Any]) -> str | None:
    kid = header.get("kid")
    if not isinstance(kid, str | None):
        raise InvalidToken("The token's key id is not a text.")
    return kid


def _verified_claims(token: str, key: jwt.PyJWK, issuer: Issuer) -> Mapping[str, Any]:
    """The claims of a token whose signature, issuer and audience are right; its times are judged apart, by our clock."""
    assert key.algorithm_name in ALGORITHMS, key.algorithm_name
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=issuer.audience,
            issuer=issuer.url,
            options={"require": ["exp", "sub"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidAudienceError:
        raise InvalidToken("The token is meant for another service.") from None
    except jwt.InvalidIssuerError:
        raise InvalidToken("The token was issued by somebody else.") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidToken("The token is forged, damaged or incomplete.") from None


def _refuse_other_kinds(header: Mapping[str, Any], claims: Mapping[str, Any], issuer: Issuer) -> None:
    """Refuse ID tokens and others that the same issuer signs.

    RFC 9068 tokens say so in their header. Others pass only where nothing speaks for an ID token: no claim that only
    those carry, no other kind in the payload, and not meant for the very client that fetched it.
    """
    kind = str(header.get("typ", "JWT")).lower()
    if kind in _ACCESS_TYPES:
        return
    other = (
        issuer.at_jwt_only
        or kind != "jwt"
        or _ID_TOKEN_CLAIMS & claims.keys()
        or str(claims.get("typ", "Bearer")).lower() != "bearer"
        or claims.get("azp") == issuer.audience
    )
    if other:
        raise InvalidToken("The token is not an access token.")


def _refuse_other_times(claims: Mapping[str, Any], now: float) -> None:
    expires = _seconds(claims, "exp")
    if expires is None or now >= expires + LEEWAY_SECONDS:
        raise InvalidToken("The token has expired.")
    for name in ("nbf", "iat"):
        since = _seconds(claims, name)
        if since is not None and now < since - LEEWAY_SECONDS:
            raise InvalidToken("The token is not valid yet.")


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A claim that is an instant, as seconds since 1970."""
    value = claims.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value):
        raise InvalidToken(f"The token's {name} is not a number.")
    return float(value)


def _actor(claims: Mapping[str, Any]) -> str:
    actor = claims["sub"]
    if (
        not isinstance(actor, str)
        or not 0 < len(actor.strip()) <= len(actor) <= ACTOR_LENGTH_MAX
        or not actor.isprintable()
    ):
        raise InvalidToken(f"The token's sub is not a name of 1 to {ACTOR_LENGTH_MAX} characters.")
    return actor


def _roles(claims: Mapping[str, Any]) -> frozenset[Role]:
    """The roles that mean something here; a token may carry others."""
    named = claims.get("roles", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise InvalidToken("The token's roles are not a list of texts.")
    return frozenset(role for role in Role if role.value in named)


def _authenticated_at(claims: Mapping[str, Any]) -> datetime | None:
    seconds = _seconds(claims, "auth_time")
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise InvalidToken("The token's auth_time is out of range.") from None
