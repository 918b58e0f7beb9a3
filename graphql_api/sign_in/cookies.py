"""Cookies that hold a secret: out of reach of scripts, and not sent along from other sites but by following a link."""

from dataclasses import dataclass
from typing import Self

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretCookie:
    """With `secure`, browsers take it over https only, and from this very host only (`__Host-`)."""

    name: str
    secure: bool

    @classmethod
    def named(cls, name: str, *, secure: bool) -> Self:
        return cls(name=f"__Host-{name}" if secure else name, secure=secure)

    def of(self, request: Request) -> str | None:
        """The secret that the request brings."""
        return request.cookies.get(self.name) or None

    def put(self, response: Response, secret: str, *, ttl_seconds: int) -> None:
        """Have the browser keep the secret."""
        response.set_cookie(
            self.name, secret, max_age=ttl_seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def remove(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")
