"""Reading a request's body: JSON or a form in UTF-8, up to a size, in a given time."""

from functools import lru_cache
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request

from billing.authority import Caller, Role
from billing.refusals import ErrorCode, Refusal
from graphql_api.patience import Patience

BYTES_MAX: Final = 256 * 1024
FINANCE_BYTES_MAX: Final = 16 * 1024 * 1024
"""For those who may import bank files."""

READ_SECONDS_MAX: Final = 30.0
FIELDS_MAX: Final = 20


class Unreadable(Refusal):
    """The request is not one that can be read. `status`: its HTTP status."""

    code = ErrorCode.BAD_USER_INPUT
    status: ClassVar[int] = 400


class TooLarge(Unreadable):
    status = 413

    def __init__(self, *, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        super().__init__(f"The body is larger than {bytes_max} bytes.")


class TooSlow(Unreadable):
    status = 408


class NotJson(Unreadable):
    status = 415


def bytes_max(caller: Caller | None) -> int:
    """How large a body the caller may send; known before any of it is read."""
    return FINANCE_BYTES_MAX if caller is not None and Role.SYS_FINANCE in caller.roles else BYTES_MAX


async def read_json_object(request: Request, *, bytes_max: int) -> dict[str, Any]:
    """The body. Raises: `Unreadable`."""
    head = dict(request.scope["headers"])
    if not _is_json(head.get(b"content-type", b"")):
        raise NotJson("Send the body as `Content-Type: application/json` in UTF-8.")
    if head.get(b"content-encoding", b"identity").lower() != b"identity":
        raise NotJson("Send the body without a Content-Encoding.")
    try:
        value = orjson.loads(await read_bytes(request, bytes_max=bytes_max))
    except orjson.JSONDecodeError:
        raise Unreadable("The body is not JSON in UTF-8, or it is nested too deeply.") from None
    if isinstance(value, list):
        raise Unreadable("Send one operation a request: there is no batching.")
    if not isinstance(value, dict):
        raise Unreadable("The body is not a JSON object.")
    return value


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a submitted form, each once. Raises: `Unreadable`."""
    try:
        fields = parse_qsl(
            (await read_bytes(request, bytes_max=BYTES_MAX)).decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise Unreadable("The body is not a form in UTF-8, or it has too many fields.") from None
    if len(dict(fields)) < len(fields):
        raise Unreadable("The form has a field twice.")
    return dict(fields)


async def read_bytes(request: Request, *, bytes_max: int) -> bytes:
    """The body as it came. Raises: `Unreadable`."""
    try:
        with Patience(READ_SECONDS_MAX):
            return await _read(request, bytes_max)
    except ClientDisconnect:
        raise TooSlow("The client went away before its body arrived.") from None
    raise TooSlow("The body did not arrive in time.")


@lru_cache(maxsize=100)
def _is_json(content_type: bytes) -> bool:
    media, _, parameters = content_type.partition(b";")
    charset = parameters.replace(b" ", b"").replace(b'"', b"").lower()
    return media.strip().lower() == b"application/json" and charset in {b"", b"charset=utf-8"}


async def _read(request: Request, bytes_max: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise TooLarge(bytes_max=bytes_max)
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > bytes_max:
            raise TooLarge(bytes_max=bytes_max)
    return bytes(body)
