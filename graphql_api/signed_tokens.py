"""Signed JWTs of an issuer: checked whole before anything of them is believed. What kind a token is, others judge."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import jwt

from billing.authority import Role, Unauthenticated
from graphql_api.issuers import ALGORITHMS, Issuer

LEEWAY_SECONDS: Final = 30
ACTOR_LENGTH_MAX: Final = 255

ACCESS_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})


def names_actor(text: str) -> bool:
    """Whether a token may be about somebody of this name: 1 to 255 characters, not blank, and all of them show."""
    return 0 < len(text.strip()) <= len(text) <= ACTOR_LENGTH_MAX and text.isprintable()


class InvalidToken(Unauthenticated):
    """Credentials were given, and they are not good. The message says what to mend and nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedToken:
    """A token whose signature, issuer and audience are right: from `since` until `until`, seconds since 1970, it is good,
    as long as its issuer publishes the very key that it is signed with."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    key: jwt.PyJWK
    since: float
    until: float

    @property
    def kind(self) -> str:
        """What the header says the token is, in lower case; `jwt` where it says nothing."""
        return str(self.header.get("typ", "JWT")).lower()

    def seconds(self, name: str) -> float | None:
        """A claim that is an instant, as seconds since 1970. Raises: `InvalidToken`."""
        return _seconds(self.claims, name)

    @property
    def key_id(self) -> str | None:
        return _key_id(self.header)

    def refuse_other_times(self, now: float) -> None:
        """Raises: `InvalidToken`."""
        if now >= self.until:
            raise InvalidToken("The token has expired.")
        if now < self.since:
            raise InvalidToken("The token is not valid yet.")

    def actor(self) -> str:
        """Whom it is about. Raises: `InvalidToken`."""
        actor = self.claims["sub"]
        if not isinstance(actor, str) or not names_actor(actor):
            raise InvalidToken(f"The token's sub is not a name of 1 to {ACTOR_LENGTH_MAX} characters.")
        return actor

    def roles(self) -> frozenset[Role]:
        """The roles that mean something here; a token may carry others. Raises: `InvalidToken`."""
        named = self.claims.get("roles", [])
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise InvalidToken("The token's roles are not a list of texts.")
        return frozenset(role for role in Role if role.value in named)

    def authenticated_at(self) -> datetime | None:
        """When they last proved themselves. Raises: `InvalidToken`."""
        seconds = self.seconds("auth_time")
        try:
            return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, OSError, ValueError):
            raise InvalidToken("The token's auth_time is out of range.") from None


async def read_token(
    token: str, issuer: Issuer, *, audience: str, now: datetime, required: Iterable[str] = ()
) -> SignedToken:
    """The token, by the keys that its issuer publishes. `required`: the claims it must have, beside `exp` and `sub`.

    Raises: `InvalidToken`, `IssuerUnavailable`.
    """
    header = _header(token)
    key = await issuer.key(_key_id(header))
    if key is None:
        raise InvalidToken("The token is signed with a key that its issuer does not publish.")
    wanted = ["exp", "sub", *required]
    claims = _verified_claims(token, key, issuer_url=issuer.url, audience=audience, required=wanted)
    since, until = _times(claims)
    read = SignedToken(header=header, claims=claims, key=key, since=since, until=until)
    read.refuse_other_times(now.timestamp())
    return read


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


def _verified_claims(
    token: str, key: jwt.PyJWK, *, issuer_url: str, audience: str, required: list[str]
) -> Mapping[str, Any]:
    """The claims of a token whose signature, issuer and audience are right; its times are judged apart, by our clock."""
    assert key.algorithm_name in ALGORITHMS, key.algorithm_name
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=audience,
            issuer=issuer_url,
            options={"require": required, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidAudienceError:
        raise InvalidToken("The token is meant for another service.") from None
    except jwt.InvalidIssuerError:
        raise InvalidToken("The token was issued by somebody else.") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidToken("The token is forged, damaged or incomplete.") from None


def _times(claims: Mapping[str, Any]) -> tuple[float, float]:
    """From when and until when a token is good, by its claims."""
    expires = _seconds(claims, "exp")
    since = [_seconds(claims, name) for name in ("nbf", "iat")]
    starts = max((one - LEEWAY_SECONDS for one in since if one is not None), default=-math.inf)
    return starts, -math.inf if expires is None else expires + LEEWAY_SECONDS


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value):
        raise InvalidToken(f"The token's {name} is not a number.")
    return float(value)
