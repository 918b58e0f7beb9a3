"""ID tokens: what the provider says, under its signature, of the person who signed in (OpenID Connect Core 3.1.3.7)."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from billing.authority import Caller
from graphql_api.issuers import Issuer
from graphql_api.sign_in.attempts import Attempt
from graphql_api.sign_in.refusals import AnswerRefused, NotProvenAnew
from graphql_api.signed_tokens import ACCESS_TYPES, LEEWAY_SECONDS, InvalidToken, SignedToken, read_token

LEEWAY: Final = timedelta(seconds=LEEWAY_SECONDS)


async def signed_in(token: str, issuer: Issuer, *, client_id: str, attempt: Attempt, now: datetime) -> Caller:
    """Who signed in.

    Raises: `AnswerRefused`, `NotProvenAnew`, `IssuerUnavailable`.
    """
    try:
        read = await read_token(token, issuer, audience=client_id, now=now, required=["iat", "nonce"])
        _refuse_other_tokens(read, client_id, attempt)
        caller = Caller(actor=read.actor(), roles=read.roles(), authenticated_at=read.authenticated_at())
    except InvalidToken as invalid:
        raise AnswerRefused(f"The identity provider's answer was not accepted. {invalid}") from None
    return _proven(caller, attempt, now)


def _refuse_other_tokens(token: SignedToken, client_id: str, attempt: Attempt) -> None:
    """Raises: `InvalidToken` for a token of another kind, another client or another sign-in."""
    claims = token.claims
    if token.kind in ACCESS_TYPES:
        raise InvalidToken("The token is not an ID token.")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id if len(audiences) == 1 else None) != client_id:
        raise InvalidToken("The token was made for another client.")
    if not secrets.compare_digest(str(claims["nonce"]).encode(), attempt.nonce.encode()):
        raise InvalidToken("The token belongs to another sign-in.")


def _proven(caller: Caller, attempt: Attempt, now: datetime) -> Caller:
    """The caller, if they proved themselves as lately as the attempt asks. Judged by what we asked for, not by what the
    browser handed on.

    Where a provider does not say when that was, the sign-in is good for what needs no recent proof. Its clock may go a
    little ahead of ours, but nobody has proven themselves later than now.

    Raises: `AnswerRefused`, `NotProvenAnew`.
    """
    proven = caller.authenticated_at
    if proven is None:
        if attempt.max_age_seconds == 0:
            raise NotProvenAnew
        return caller
    if proven > now + LEEWAY:
        raise AnswerRefused("The identity provider says that you will sign in later than now: a clock is wrong.")
    if proven < attempt.started_at - timedelta(seconds=attempt.max_age_seconds) - LEEWAY:
        raise NotProvenAnew
    return Caller(actor=caller.actor, roles=caller.roles, authenticated_at=min(proven, now))
