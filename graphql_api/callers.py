"""Who sends a request: somebody with an access token, or somebody whose browser holds a session's cookie."""

from dataclasses import dataclass

from starlette.requests import Request

from billing.authority import Caller
from graphql_api.authentication import Authentication
from graphql_api.sign_in.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Both ways to say who one is. Without `sessions`, cookies mean nothing. A token counts before a cookie: a page that
    sends one means it."""

    tokens: Authentication
    sessions: Sessions | None = None

    async def caller(self, request: Request) -> Caller | None:
        """Who calls; None for somebody who brings neither.

        Raises: `InvalidToken`, `IssuerUnavailable`, `SentFromElsewhere`, `SessionEnded`.
        """
        authorization = request.headers.getlist("authorization")
        if not authorization and self.sessions is not None and self.sessions.sent_by(request):
            return await self.sessions.caller(request)
        return await self.tokens.caller(authorization)
