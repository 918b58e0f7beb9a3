"""The finance console in the browser: one page for all addresses under /, built from console/."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from graphql_api.graphiql import NOT_BUILT, STATIC

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing but our own files: no inline script, no inline style."""


async def console(request: Request) -> Response:
    """The console, to people; which of its pages is shown, it reads from the address. Programs are told that there is
    nothing here, but at its root."""
    accepted = request.headers.get("accept", "")
    is_wanted = "text/html" in accepted or (request.url.path == "/" and "*/*" in accepted)
    if request.method not in {"GET", "HEAD"} or not is_wanted:
        return PlainTextResponse("Not Found", status_code=404)
    return page()


def page(static: Path = STATIC) -> Response:
    """The page; where it was not built, one that says how to build it."""
    built = static / "finance" / "index.html"
    if not built.exists():
        return HTMLResponse(NOT_BUILT)
    return FileResponse(built, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
