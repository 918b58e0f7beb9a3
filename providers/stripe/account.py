"""Our account at Stripe: the client of its library, and what its errors mean."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx
import stripe

from providers.offer import SettingsUnusable
from providers.refunding import NotExecuted

# Of each step of a call, and of the whole: less than the lease of a sender. The library would wait for 80 s a step.
TIMEOUT = httpx.Timeout(20, connect=5, pool=5)
DEADLINE_SECONDS = 25.0
LIVE_KEYS = ("sk_live_", "rk_live_")
KEYS = (*LIVE_KEYS, "sk_test_", "rk_test_")
SERVER_ERROR = 500

stripe.enable_telemetry = False


class Account:
    """Calls Stripe once each: no retries in the library, the host has its own.

    A client belongs to one event loop, as its connections do; each loop gets one.
    """

    def __init__(self, *, timeout: httpx.Timeout = TIMEOUT, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._timeout = timeout
        self.deadline_seconds = deadline_seconds
        self._api_key = self._api_base = self.webhook_secret = ""
        self._transports: WeakKeyDictionary[asyncio.AbstractEventLoop, stripe.HTTPXClient] = WeakKeyDictionary()
        self._problem: str | None = None

    def configure(self, section: Mapping[str, str]) -> None:
        """Take the settings `api_key`, `api_base` and `webhook_secret`. Raises SettingsUnusable."""
        api_key, api_base = section["api_key"], section.get("api_base") or stripe.DEFAULT_API_BASE
        if not api_key.startswith(KEYS):
            raise SettingsUnusable(f"The API key must begin with one of {', '.join(KEYS)}.")
        _check_base(api_base)
        self._api_key, self._api_base = api_key, api_base.rstrip("/")
        self.webhook_secret = section.get("webhook_secret", "")
        self._problem = None

    def health(self) -> str | None:
        """What the last call ran into, if it was Stripe or our access to it."""
        return self._problem

    @property
    def is_live(self) -> bool:
        """Whether the key moves real money."""
        return self._api_key.startswith(LIVE_KEYS)

    @property
    def client(self) -> stripe.StripeClient:
        """A client for the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._transports:
            self._transports[loop] = stripe.HTTPXClient(timeout=self._timeout)
        base = self._api_base
        return stripe.StripeClient(
            self._api_key,
            base_addresses={"api": base, "connect": base, "files": base, "meter_events": base},
            max_network_retries=0,
            http_client=self._transports[loop],
        )

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        transport = self._transports.pop(asyncio.get_running_loop(), None)
        if transport is not None:
            await transport.close_async()  # type: ignore[no-untyped-call]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Tells the errors after which Stripe certainly did nothing. Raises NotExecuted, and all others as they are."""
        try:
            yield
        except stripe.StripeError as error:
            self._problem = _untouched(error)
            if self._problem is not None:
                raise NotExecuted(self._problem) from error
            raise
        self._problem = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tells the errors that mean that Stripe cannot be asked right now. Raises NotExecuted, others as they are."""
        try:
            yield
        except stripe.StripeError as error:
            self._problem = _untouched(error) or _unanswered(error)
            if self._problem is not None:
                raise NotExecuted(self._problem) from error
            raise
        self._problem = None


def _check_base(url: str) -> None:
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or (parts.scheme != "https" and not (loopback and parts.scheme == "http")):
        raise SettingsUnusable("The API base must be an https:// URL, or one of this machine.")


def _untouched(error: stripe.StripeError) -> str | None:
    """Why Stripe certainly did not act on the call; None for every error that is not known to mean that."""
    match error:
        case stripe.AuthenticationError() | stripe.PermissionError():
            return "Stripe refused the API key, or it may not do this."
        case stripe.RateLimitError():
            return "Stripe asks to be called less often."
        case stripe.APIConnectionError() if isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
            return "Stripe could not be reached."
        case _:
            return None


def _unanswered(error: stripe.StripeError) -> str | None:
    match error:
        case stripe.APIConnectionError():
            return "Stripe did not answer in time, or its answer broke off."
        case stripe.APIError() if error.http_status is None or error.http_status >= SERVER_ERROR:
            return "Stripe has an error of its own."
        case stripe.APIError():
            return "What answered does not speak as Stripe does."
        case _:
            return None
