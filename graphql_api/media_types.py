"""Which media type an answer takes, by the request's `Accept` headers."""

from collections.abc import Iterator, Sequence
from typing import Final

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
JSON: Final = "application/json"
"""For older clients: every well-formed request is answered with 200."""

_OFFERED: Final = (GRAPHQL_RESPONSE, JSON)


def negotiated(accept: Sequence[str]) -> str | None:
    """The best of what we offer; None where nothing of it is accepted. Without a header: the newer type."""
    if not any(header.strip() for header in accept):
        return GRAPHQL_RESPONSE
    ranges = list(_ranges(",".join(accept)))
    best = max(_OFFERED, key=lambda offered: _quality(offered, ranges))  # the first of equals
    return best if _quality(best, ranges) > 0 else None


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for entry in accept.split(","):
        media, *parameters = [part.strip().lower() for part in entry.split(";")]
        settings = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        if settings.get("charset", "utf-8").strip('"') == "utf-8":
            yield media, _number(settings.get("q", "1"))


def _number(text: str) -> float:
    """A quality value; one that is no number counts as 0."""
    whole, _, fraction = text.partition(".")
    return float(text) if whole in {"0", "1"} and (not fraction or fraction.isdecimal()) else 0.0


def _quality(offered: str, ranges: list[tuple[str, float]]) -> float:
    """What the most specific range that fits says."""
    for fitting in (offered, "application/*", "*/*"):
        qualities = [quality for media, quality in ranges if media == fitting]
        if qualities:
            return max(qualities)
    return 0.0
