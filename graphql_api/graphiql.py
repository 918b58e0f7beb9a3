"""GraphiQL in the browser: its page, and the files that the page loads. Both are built from console/."""

from pathlib import Path
from typing import Any, Final

from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC: Final = Path(__file__).parent / "static"

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self' data:; "
    "img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""No script but our own files. Styles may be inline: the editors make their style sheets as they go."""

NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Petanque billing</title>
<h1>Petanque billing: the GraphQL API</h1>
<p>Send operations here with POST, as <code>application/json</code>, with an access token in the
<code>Authorization</code> header. <code>billing token --help</code> tells how to get one for development.</p>
<p>GraphiQL would be here, but this installation was made without its pages. In a checkout, <code>make -B setup</code>
builds them, unless <code>HATCH_BUILD_NO_HOOKS</code> is set; wheels bring them along.</p>
</html>
"""


def page(static: Path = STATIC) -> Response:
    """GraphiQL; where it was not built, a page that says how to build it."""
    built = static / "graphiql" / "index.html"
    if not built.exists():
        return HTMLResponse(NOT_BUILT)
    return FileResponse(built, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


def asset_routes(static: Path = STATIC) -> list[Mount]:
    """The files that the page loads, as far as they were built."""
    folder = static / "assets"
    return [Mount("/ui/assets", Assets(directory=folder))] if folder.exists() else []


class Assets(StaticFiles):
    """Files with a hash in their names: what a name stands for never changes."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
