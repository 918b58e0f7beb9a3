"""What the link to a sign-in asks for."""

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from graphql_api.sign_in.refusals import WishRefused

HOME: Final = "/graphql"
SIGNED_IN: Final = "/auth/signed-in"
"""Where a sign-in in a window of its own ends: it tells the page that opened it, and closes."""

_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1999}")
"""No backslash, blank or control character: browsers read those in ways that lead elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """To sign in and go on to the local path `return_to`. With `anew`, by a new proof and not by a sign-in that the
    provider remembers."""

    return_to: str = HOME
    anew: bool = False

    @classmethod
    def of(cls, parameters: QueryParams) -> Self:
        """Raises: `WishRefused`."""
        return_to = parameters.get("return_to", HOME)
        if not _LOCAL_PATH.fullmatch(return_to):
            raise WishRefused("`return_to` is the path of a page of this service, such as /graphql.")
        mode, max_age = parameters.get("mode", "page"), parameters.get("max_age")
        if mode not in {"page", "popup"}:
            raise WishRefused("`mode` is page or popup.")
        if max_age not in {None, "0"}:
            raise WishRefused("`max_age` is 0 or left out.")
        return cls(return_to=SIGNED_IN if mode == "popup" else return_to, anew=max_age is not None)

    def link(self) -> str:
        """The local address that asks for the same."""
        asked = {"mode": "popup"} if self.return_to == SIGNED_IN else {"return_to": self.return_to}
        return "/auth/login?" + urlencode(asked | ({"max_age": "0"} if self.anew else {}))
