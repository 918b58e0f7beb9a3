"""What every route answers alike: the status and the challenge of a refusal, and whether the client is still there."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request

from billing.authority import FreshAuthRequired, Unauthenticated
from billing.refusals import ErrorCode, Refusal
from graphql_api.bodies import Unreadable
from graphql_api.patience import Gone
from graphql_api.signed_tokens import InvalidToken

CLIENT_GONE: Final = 499
"""For the log: nobody reads it any more."""

_STATUS: Final[Mapping[ErrorCode, int]] = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FRESH_AUTH_REQUIRED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.PROVIDER_UNAVAILABLE: 503,
}


def written(body: object) -> bytes:
    """An answer's body as JSON; instants are in UTC, with a Z."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def read(data: object) -> Any:
    """What an answer's data says, for a route that writes it another way: parts of it may be written already."""
    return orjson.loads(written(data))


def refusal_status(refusal: Refusal) -> int:
    """The HTTP status of a request that was kept out."""
    return refusal.status if isinstance(refusal, Unreadable) else _STATUS.get(refusal.code, 400)


def challenge(refusal: Refusal | None) -> dict[str, str]:
    """The header that tells a client how to get in (RFC 6750; RFC 9470 for a fresher sign-in); none for other refusals."""
    if isinstance(refusal, FreshAuthRequired):
        return {"WWW-Authenticate": f'Bearer error="insufficient_user_authentication", max_age="{refusal.max_age}"'}
    if isinstance(refusal, InvalidToken):
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return {"WWW-Authenticate": "Bearer"} if isinstance(refusal, Unauthenticated) else {}


def client_gone(request: Request) -> Gone:
    """Waits until the client hangs up. Only once the body has been read: nothing else is left to receive then."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return gone
