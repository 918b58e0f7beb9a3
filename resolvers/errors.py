"""How what went wrong is told: one place turns refusals, faults and mistakes into `errors[].extensions`."""

from dataclasses import dataclass

from graphql import GraphQLError, GraphQLFormattedError

from billing.refusals import ErrorCode, Refusal

SQLSTATE_QUERY_CANCELED = "57014"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller is told of an error, and the exception behind it where it was none that we expect."""

    formatted: GraphQLFormattedError
    unexpected: BaseException | None = None

    @property
    def code(self) -> str:
        return str(self.formatted["extensions"]["code"])


def tell_refusal(refusal: Refusal) -> Told:
    """A refusal of the request as a whole."""
    return Told(formatted={"message": str(refusal), "extensions": {"code": refusal.code.value, **refusal.details()}})


def tell_invalid(error: GraphQLError) -> Told:
    """An error of the document or its variables, found before anything ran."""
    return _told(error, ErrorCode.BAD_USER_INPUT, error.message)


def tell_failed(error: GraphQLError, *, request_id: str) -> Told:
    """An error of a field while the operation ran. What we did not expect is masked: the log has it, under this id."""
    cause = _cause(error)
    if isinstance(cause, Refusal):
        return _told(error, cause.code, str(cause), cause.details())
    if isinstance(cause, TimeoutError) or _sqlstate(cause) == SQLSTATE_QUERY_CANCELED:
        return _told(error, ErrorCode.TIMEOUT, "This took longer than is allowed; ask for less at once.")
    if isinstance(cause, GraphQLError) and cause.nodes:
        return _told(error, ErrorCode.BAD_USER_INPUT, error.message)
    masked = _told(error, ErrorCode.INTERNAL, "Something went wrong on our side.", {"request_id": request_id})
    return Told(formatted=masked.formatted, unexpected=cause)


def tell_timeout(seconds: float) -> Told:
    """The whole request took too long and was stopped."""
    message = f"This took longer than {seconds:g} seconds and was stopped; ask for less at once."
    return Told(formatted={"message": message, "extensions": {"code": ErrorCode.TIMEOUT.value}})


def tell_unexpected(error: BaseException, *, request_id: str) -> Told:
    """A mistake of ours outside of any field."""
    extensions = {"code": ErrorCode.INTERNAL.value, "request_id": request_id}
    return Told(formatted={"message": "Something went wrong on our side.", "extensions": extensions}, unexpected=error)


def _told(error: GraphQLError, code: ErrorCode, message: str, details: dict[str, object] | None = None) -> Told:
    formatted: GraphQLFormattedError = {"message": message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    formatted["extensions"] = {"code": code.value, **(details or {})}
    return Told(formatted=formatted)


def _cause(error: GraphQLError) -> BaseException:
    """The exception that the executor wrapped. A GraphQLError that points into the document is about an argument."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _sqlstate(error: BaseException | None) -> str | None:
    """The database's own code, wherever in the chain of causes the database's error is."""
    while error is not None:
        sqlstate = getattr(error, "sqlstate", None)
        if isinstance(sqlstate, str):
            return sqlstate
        error = error.__cause__
    return None
