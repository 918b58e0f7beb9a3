"""What comes back from the provider by way of the browser: RFC 6749 4.1.2, with the issuer's name of RFC 9207."""

from dataclasses import dataclass, field
from typing import Self

from starlette.datastructures import QueryParams

from graphql_api.sign_in.refusals import AnswerRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The parameters of the callback. Anybody can write such an address: nothing of it is believed yet."""

    state: str = field(repr=False)
    code: str | None = field(repr=False)
    issuer: str | None
    error: str | None

    @classmethod
    def of(cls, parameters: QueryParams) -> Self:
        """Raises: `AnswerRefused`."""
        if any(len(parameters.getlist(name)) > 1 for name in ("state", "code", "iss", "error")):
            raise AnswerRefused("The answer of the identity provider says a thing twice.")
        return cls(
            state=parameters.get("state", ""),
            code=parameters.get("code"),
            issuer=parameters.get("iss"),
            error=parameters.get("error"),
        )
