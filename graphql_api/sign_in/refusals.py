"""Why a sign-in did not come about."""

import re
from typing import ClassVar, Final

from billing.refusals import ErrorCode, Refusal

_ERROR_CODE: Final = re.compile(r"[a-z_]{1,40}")


class SignInRefused(Refusal):
    """A sign-in cannot begin or end as it was asked. `status`: of the page that says so."""

    code = ErrorCode.UNAUTHENTICATED
    status: ClassVar[int] = 400


class WishRefused(SignInRefused):
    """The link that asked for the sign-in is not one that our own pages make."""


class OpenToOthers(SignInRefused):
    """The development sign-in was asked for over the network, or in another host's name."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Without an identity provider, people sign in on the machine itself only: open the service there at "
            "http://localhost or http://127.0.0.1, or have BILLING_OIDC_ISSUER set."
        )


class NotSetUp(SignInRefused):
    """There is a provider, but this service was not made a client of it."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "This service takes access tokens only. For people to sign in here, have BILLING_OIDC_CLIENT_ID and "
            "BILLING_PUBLIC_URL set."
        )


class AttemptUnknown(SignInRefused):
    """The answer fits no sign-in that this browser has under way."""

    def __init__(self) -> None:
        super().__init__("This sign-in took too long, is over already, or was begun in another browser. Begin anew.")


class AnswerRefused(SignInRefused):
    """The provider's answer is not one to this sign-in. The message says what is wrong with it and quotes nothing."""


class ProviderRefused(SignInRefused):
    """The provider would not sign the person in. `error`: its word for why, where it is one of the standard's form."""

    def __init__(self, error: str) -> None:
        self.error = error if _ERROR_CODE.fullmatch(error) else "unknown"
        super().__init__(f"The identity provider did not sign you in (its answer: {self.error}).")


class NotProvenAnew(SignInRefused):
    """A recent proof was asked for, and the provider vouches for an older one, or for none."""

    def __init__(self) -> None:
        super().__init__(
            "The identity provider did not ask you to prove who you are, which this needs. Nothing has been changed."
        )
