"""The plugins that were found."""

from enum import Enum

import strawberry


@strawberry.enum
class ProviderCapability(Enum):
    REFUND = "REFUND"
    REFUND_ASYNC = "REFUND_ASYNC"
    LEDGER = "LEDGER"
    SETTLEMENT_FILES = "SETTLEMENT_FILES"
    WEBHOOKS = "WEBHOOKS"


@strawberry.type(
    description="A plugin that was found, whether it could be loaded and is configured, and what it can do."
)
class Provider:
    name: str
    display_name: str
    version: str
    capabilities: list[ProviderCapability]
    configured: bool
    healthy: bool
    problem: str | None = strawberry.field(description="What is wrong, where something is.")
