"""The one hook of a provider plugin; the registry calls each plugin's by itself."""

from providers.offer import Offer


def billing_provider() -> Offer:  # type: ignore[empty-body]
    """Offer one payment provider. Called once at start: describe, do not connect."""
