"""Under which scheme, host and port the browser knows this service."""

import re
from typing import Final

from starlette.requests import Request

from graphql_api.sign_in.refusals import OpenToOthers

_THIS_MACHINE: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
_HANDED_ON: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def local_origin(request: Request) -> str:
    """As the browser wrote it, if it runs on this machine. A name that resolves to this machine is not enough (another
    site's may), nor is a proxy on it, which hands on what comes from elsewhere.

    Raises: `OpenToOthers`.
    """
    host = request.headers.get("host", "")
    if not _THIS_MACHINE.fullmatch(host) or any(name in request.headers for name in _HANDED_ON):
        raise OpenToOthers
    return f"http://{host}"
