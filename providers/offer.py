"""What a provider plugin offers: who it is, what it needs, and one object for each thing it can do."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique

from providers.ledger_lines import LedgerLines
from providers.refunding import Refunds
from providers.settlement_files import SettlementFiles
from providers.webhooks import Webhooks


@unique
class Capability(Enum):
    """What a provider can do. REFUND_ASYNC stands for REFUND where the confirmation comes later."""

    REFUND = "REFUND"
    REFUND_ASYNC = "REFUND_ASYNC"
    LEDGER = "LEDGER"
    SETTLEMENT_FILES = "SETTLEMENT_FILES"
    WEBHOOKS = "WEBHOOKS"


PARTS = {
    "refunds": ("refund", "find", "settles_immediately", "needs_payer_account", "key_ttl"),
    "ledger": ("lines",),
    "settlement_files": ("recognise",),
    "webhooks": ("verify", "facts"),
}


class SettingsUnusable(Exception):
    """What `configure` raises to say in a sentence what is wrong with its settings. The sentence is shown, so that nothing
    of a secret belongs into it."""


def take_no_settings(_section: Mapping[str, str]) -> None:
    """For providers that need no settings."""


def always_healthy() -> None:
    """For providers that depend on nothing outside this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One payment provider. A capability is offered by giving its object; the host calls the objects later.

    `name` is 2-32 lower-case letters, digits and underscores, the same as the plugin's entry point's, and names the
    provider's section of the settings: BILLING_<NAME>_*. `configure` is given that section once, in lower case without the
    prefix, and only when all of `required_settings` are there; it raises `SettingsUnusable` to say what is wrong with them.
    Without one of `refund_settings` it is used for all but refunds. `health` says in a sentence what is wrong at the
    moment, or None, without connecting to anything.
    """

    name: str
    display_name: str
    version: str
    refunds: Refunds | None = None
    ledger: LedgerLines | None = None
    settlement_files: SettlementFiles | None = None
    webhooks: Webhooks | None = None
    required_settings: frozenset[str] = frozenset()
    refund_settings: frozenset[str] = frozenset()
    configure: Callable[[Mapping[str, str]], None] = take_no_settings
    health: Callable[[], str | None] = always_healthy

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,31}", self.name):
            raise ValueError(f"{self.name!r} is not a provider name: 2-32 lower-case letters, digits and underscores")
        if not (isinstance(self.display_name, str) and isinstance(self.version, str)):
            raise TypeError(f"the display name and the version of {self.name} must be text")
        if not all(map(_is_names, (self.required_settings, self.refund_settings))):
            raise TypeError(f"the settings that {self.name} needs must be a set of their names")
        if not (callable(self.configure) and callable(self.health)):
            raise TypeError(f"configure and health of {self.name} must be functions")
        for capability, parts in PARTS.items():
            offered = getattr(self, capability)
            missing = [part for part in parts if offered is not None and getattr(offered, part, None) is None]
            if missing:
                raise TypeError(f"what {self.name} offers as {capability} lacks {', '.join(missing)}")
        if self.refunds is not None and not isinstance(self.refunds.key_ttl, timedelta):
            raise TypeError(f"the key_ttl of {self.name} must be a timedelta")

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        at_once = self.refunds is not None and self.refunds.settles_immediately
        offered = {
            Capability.REFUND: at_once,
            Capability.REFUND_ASYNC: self.refunds is not None and not at_once,
            Capability.LEDGER: self.ledger is not None,
            Capability.SETTLEMENT_FILES: self.settlement_files is not None,
            Capability.WEBHOOKS: self.webhooks is not None,
        }
        return tuple(capability for capability, is_offered in offered.items() if is_offered)


def _is_names(settings: object) -> bool:
    return isinstance(settings, AbstractSet) and all(isinstance(name, str) for name in settings)
