"""Refusals: the books say no, and the user can act on it. Faults: a provider or machine failed.

Both are exceptions that carry the fact as attributes; `resolvers/errors.py` is the one place that turns them into
`errors[].extensions`.
"""

from enum import Enum, unique


@unique
class ErrorCode(Enum):
    """Stable codes of `errors[].extensions.code`."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    FRESH_AUTH_REQUIRED = "FRESH_AUTH_REQUIRED"
    REASON_REQUIRED = "REASON_REQUIRED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    STALE_PREVIEW = "STALE_PREVIEW"
    QUERY_TOO_EXPENSIVE = "QUERY_TOO_EXPENSIVE"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"
    TRANSFER_NOT_UNMATCHED = "TRANSFER_NOT_UNMATCHED"
    INVOICE_NOT_PAYABLE = "INVOICE_NOT_PAYABLE"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    ALLOCATION_MISMATCH = "ALLOCATION_MISMATCH"
    PAYMENT_NOT_REFUNDABLE = "PAYMENT_NOT_REFUNDABLE"
    REFUND_EXCEEDS_BALANCE = "REFUND_EXCEEDS_BALANCE"
    SUBSCRIPTION_STATE = "SUBSCRIPTION_STATE"
    TRIAL_EXTENSION_LIMIT = "TRIAL_EXTENSION_LIMIT"
    DUNNING_STATE = "DUNNING_STATE"
    PROVIDER_UNKNOWN = "PROVIDER_UNKNOWN"
    PROVIDER_NOT_CONFIGURED = "PROVIDER_NOT_CONFIGURED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    PROVIDER_DECLINED = "PROVIDER_DECLINED"
    BANK_FILE_INVALID = "BANK_FILE_INVALID"
    BANK_FILE_DUPLICATE = "BANK_FILE_DUPLICATE"
    FX_RATE_MISSING = "FX_RATE_MISSING"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    CREDIT_EXCEEDED = "CREDIT_EXCEEDED"
    PAYER_ACCOUNT_NEEDED = "PAYER_ACCOUNT_NEEDED"


class Refusal(Exception):
    """The books say no. `code` is stable, the message is a full sentence, `details` hold the figures it names."""

    code: ErrorCode

    def details(self) -> dict[str, object]:
        """The facts of this refusal for programs: the public attributes, as JSON-ready values."""
        return {
            name: value if isinstance(value, int | bool | list) or value is None else str(value)
            for name, value in vars(self).items()
            if not name.startswith("_")
        }


class BadInput(Refusal):
    """An argument is malformed. `argument` names it as the caller wrote it."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self, message: str, *, argument: str) -> None:
        self.argument = argument
        super().__init__(message)


class NotFound(Refusal):
    """A well-formed id or key names nothing here, or something of another type."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, what: str, *, key: str) -> None:
        self.what, self.key = what, key
        super().__init__(f"There is no {what} {key}.")
