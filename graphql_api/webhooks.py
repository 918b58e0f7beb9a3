"""POST /webhooks/{provider}: the door through which providers call. Who calls is told by the provider's own signature.

A call is kept and answered at once; what it is about is asked of the provider afterwards, by a job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from billing.refusals import ErrorCode, Refusal
from graphql_api.bodies import read_bytes
from graphql_api.logs import log
from graphql_api.replies import refusal_status
from procedures.books import Books
from procedures.take_in_event import receive_event
from providers.offer import Capability
from providers.plugin_code import PluginFailed, plugin_code
from providers.registry import ProviderUnknown, Registry
from providers.webhooks import Event, WebhookRefused, Webhooks
from resolvers.errors import tell_refusal
from storage.jobs import Jobs

BYTES_MAX: Final = 1_000_000
NAME_MAX: Final = 255
STATUS: Final[Mapping[ErrorCode, int]] = {ErrorCode.PROVIDER_UNKNOWN: 404, ErrorCode.PROVIDER_NOT_CONFIGURED: 503}


class CallRefused(Refusal):
    """The call is not the provider's, or not what it says it is; what is wrong with it is for the log, not for the caller."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self) -> None:
        super().__init__("This is no call of the provider's, or it is too old, from the future, or no event.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRoute:
    """Answers the calls of all providers: 200 for a call that is kept, also for one that was kept before."""

    registry: Registry
    books: Books
    jobs: Jobs
    now: Callable[[], datetime]

    async def answer(self, request: Request) -> Response:
        try:
            is_new = await self._kept(request)
        except Refusal as refusal:
            status = STATUS.get(refusal.code) or refusal_status(refusal)
            return JSONResponse({"errors": [tell_refusal(refusal).formatted]}, status_code=status)
        return JSONResponse({"status": "received" if is_new else "received before"})

    async def _kept(self, request: Request) -> bool:
        """Whether the call is a new one.

        Raises: ProviderUnknown, ProviderNotConfigured, Unreadable, CallRefused.
        """
        provider, at = request.path_params["provider"], self.now()
        webhooks = self.registry.offer(provider).webhooks
        if webhooks is None:
            raise ProviderUnknown(provider, known=self._callers())
        body = await read_bytes(request, bytes_max=BYTES_MAX)
        event = _verified(webhooks, dict(request.headers), body, at, provider)
        return await receive_event(provider, event, at=at, books=self.books, jobs=self.jobs)

    def _callers(self) -> list[str]:
        return [listed.name for listed in self.registry.providers if Capability.WEBHOOKS in listed.capabilities]


def _verified(webhooks: Webhooks, headers: Mapping[str, str], body: bytes, at: datetime, provider: str) -> Event:
    """The event. A partner's code may fail at a call in any way: then it is not taken.

    Raises: CallRefused.
    """
    try:
        with plugin_code(provider, WebhookRefused):
            event = webhooks.verify(headers, body, now=at)
    except (WebhookRefused, PluginFailed):
        log.warning("call refused", provider=provider)
        raise CallRefused from None
    if not (isinstance(event, Event) and all(map(_is_name, (event.id, event.kind, event.subject)))):
        log.warning("call refused: its names cannot be kept", provider=provider)
        raise CallRefused
    return event


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= NAME_MAX and text.isprintable()
