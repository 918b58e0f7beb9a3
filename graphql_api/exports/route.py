"""GET /exports/<kind>.<format>?link=…: what a signed link is for, streamed. The link is the authority: it was given to
somebody whom the door had let in."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from datetime import date, datetime
from typing import Any, Final

import anyio
import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from billing.authority import Forbidden
from billing.export_links import ExportClaim, LinkAltered, LinkExpired
from billing.refusals import Refusal
from graphql_api.exports.asked import Inputs
from graphql_api.exports.close_pack import ClosePacks
from graphql_api.sys_routes import STATUS
from resolvers.errors import tell_refusal
from schema.exports import MEDIA_TYPES
from storage.signing import EXPORT_LINK, signing_key

AT_ONCE: Final = 4


class ExportRoute:
    """Streams exports, a few at a time: whoever comes later waits for their turn."""

    def __init__(self, packs: ClosePacks, inputs: Inputs, now: Callable[[], datetime]) -> None:
        self._packs, self._inputs, self._now = packs, inputs, now
        self._exports, self._engine = packs.exports, packs.exports.books.engine
        self._turns = anyio.CapacityLimiter(AT_ONCE)

    async def answer(self, request: Request) -> Response:
        at, file = self._now(), request.path_params["file"]
        async with AsyncExitStack() as opened:
            try:
                claim = await self._claim(request, file, at)
                await opened.enter_async_context(self._turns)
                source, media_type = self._source(claim.asked, at)
                pieces = await opened.enter_async_context(aclosing(source))
                first = await anext(pieces)
            except Refusal as refusal:
                return _refused(refusal)
            held = opened.pop_all()
        return _Streamed(first, pieces, held, headers=self._headers(file, at), media_type=media_type)

    def _source(self, asked: Mapping[str, Any], at: datetime) -> tuple[AsyncGenerator[bytes, None], str]:
        """The file, and its type. Raises: BadInput."""
        if "month" in asked:
            return self._packs.pieces(date.fromisoformat(asked["month"]), at=at), "application/zip"
        read = self._inputs.read(asked)
        return self._exports.pieces(read, at=at), MEDIA_TYPES[read.format]

    async def _claim(self, request: Request, file: str, at: datetime) -> ExportClaim:
        """Raises: LinkAltered, LinkExpired."""
        link = request.query_params.get("link")
        if link is None:
            raise LinkAltered("This address needs its link: ask exportLink for one.")
        async with AsyncSession(self._engine) as session:
            key = await signing_key(session, EXPORT_LINK)
        return ExportClaim.read(link, key, file=file, at=at)

    def _headers(self, file: str, at: datetime) -> Mapping[str, str]:
        day = at.astimezone(self._exports.books.zone).date()
        return {
            "Content-Disposition": f'attachment; filename="{day}-{file}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }


class _Streamed(StreamingResponse):
    """A response that lets go what it is read from when its last piece is sent, or its client has gone."""

    def __init__(self, first: bytes, rest: AsyncIterator[bytes], held: AsyncExitStack, **more: Any) -> None:
        super().__init__(_after(first, rest), **more)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await super().__call__(scope, receive, send)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _refused(refusal: Refusal) -> Response:
    told = tell_refusal(refusal).formatted
    status = (
        410 if isinstance(refusal, LinkExpired) else 403 if isinstance(refusal, Forbidden) else STATUS[refusal.code]
    )
    body = {"error": {"message": told["message"]} | told["extensions"]}
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
