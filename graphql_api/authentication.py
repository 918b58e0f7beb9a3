"""From an `Authorization` header to a `Caller`: one access token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from billing.authority import Caller
from graphql_api.issuers import Issuer
from graphql_api.kept import Kept
from graphql_api.signed_tokens import ACCESS_TYPES, InvalidToken, SignedToken, read_token

TOKEN_LENGTH_MAX: Final = 8 * 1024

_ID_TOKEN_CLAIMS: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Tokens of one issuer, at the instant that `now` tells."""

    issuer: Issuer
    now: Callable[[], datetime]
    known: "Kept[str, tuple[SignedToken, Caller]]" = field(default_factory=Kept, repr=False)

    async def caller(self, authorization: Sequence[str]) -> Caller | None:
        """Who calls, by the values of the request's `Authorization` headers; None where there are none.

        Signatures that were found right are remembered; whether a token is good now is judged each time.

        Raises: `InvalidToken`, `IssuerUnavailable`.
        """
        if not authorization:
            return None
        now = self.now()
        known = self.known.known(authorization[0]) if len(authorization) == 1 else None
        if known is not None:
            token, caller = known
            if await self.issuer.key(token.key_id) is token.key:
                token.refuse_other_times(now.timestamp())
                return caller
        text = bearer_token(authorization)
        token = await read_token(text, self.issuer, audience=self.issuer.audience, now=now)
        _refuse_other_kinds(token, self.issuer)
        caller = Caller(actor=token.actor(), roles=token.roles(), authenticated_at=token.authenticated_at())
        self.known.keep(authorization[0], (token, caller))
        return caller


def bearer_token(authorization: Sequence[str]) -> str:
    """The one token of the headers. Raises: `InvalidToken`."""
    scheme, _, token = authorization[0].partition(" ")
    if len(authorization) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("Send one header `Authorization: Bearer <token>`.")
    if len(token) > TOKEN_LENGTH_MAX:
        raise InvalidToken(f"The token is longer than {TOKEN_LENGTH_MAX} characters.")
    return token.strip()


def _refuse_other_kinds(token: SignedToken, issuer: Issuer) -> None:
    """Refuse ID tokens and others that the same issuer signs.

    RFC 9068 tokens say so in their header. Others pass only where nothing speaks for an ID token: no claim that only
    those carry, no other kind in the payload, and not meant for the very client that fetched it.
    """
    if token.kind in ACCESS_TYPES:
        return
    other = (
        issuer.at_jwt_only
        or token.kind != "jwt"
        or _ID_TOKEN_CLAIMS & token.claims.keys()
        or str(token.claims.get("typ", "Bearer")).lower() != "bearer"
        or token.claims.get("azp") == issuer.audience
    )
    if other:
        raise InvalidToken("The token is not an access token.")
