"""The pages of the sign-in: plain HTML, with a style sheet and a script that are files of our own."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

ASSETS: Final = "/auth/assets"

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title} · Petanque billing</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}/sign_in.css">
{head}</head>
<body>
<main>
<p class="service">Petanque billing</p>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def page(
    title: str, body: str, *, script: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A page. `body` is HTML already, `title` is text; `script` names a file of the assets."""
    head = f'<script src="{ASSETS}/{script}" defer></script>\n' if script else ""
    return HTMLResponse(
        _PAGE.format(title=escape(title), assets=ASSETS, head=head, body=body),
        status_code=status,
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY, **(headers or {})},
    )


def assets() -> Mount:
    """The files that the pages load."""
    return Mount(ASSETS, StaticFiles(directory=Path(__file__).parent / "assets"))
