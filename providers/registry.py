"""Finds the provider plugins, asks each by itself, and keeps what it offers or what is wrong with it."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from importlib.metadata import EntryPoint
from typing import Self

import pluggy

from billing.refusals import BadInput, ErrorCode, Refusal
from providers import hookspecs
from providers.offer import Capability, Offer, SettingsUnusable
from providers.plugin_code import PluginFailed, plugin_code
from providers.refunding import Refunds
from providers.settlement_files import BankFileInvalid, FileFormat, Finding, SettlementFiles

GROUP = "petanque_billing"
DISTRIBUTION = "petanque-billing"
PREFIX = "BILLING_"

hookimpl = pluggy.HookimplMarker(GROUP)
pluggy.HookspecMarker(GROUP)(hookspecs.billing_provider)

log = logging.getLogger(__name__)


class ProviderUnknown(Refusal):
    """No plugin of this name was found."""

    code = ErrorCode.PROVIDER_UNKNOWN

    def __init__(self, name: str, *, known: list[str]) -> None:
        self.name, self.known = name, known
        super().__init__(f"There is no provider {name}. There are: {', '.join(known) or 'none'}.")


class ProviderNotConfigured(Refusal):
    """The plugin is there but cannot be used; `problem` says why."""

    code = ErrorCode.PROVIDER_NOT_CONFIGURED

    def __init__(self, name: str, *, problem: str) -> None:
        self.name, self.problem = name, problem
        super().__init__(f"Provider {name} cannot be used. {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredProvider:
    """A plugin that was found, and how it is at this moment; `problem` is a sentence or more."""

    name: str
    display_name: str
    version: str
    capabilities: tuple[Capability, ...]
    configured: bool
    healthy: bool
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plugin:
    """A plugin that was found: its offer, unless it made none, and why it cannot be used, unless it can; or why only its
    refunds cannot."""

    name: str
    version: str
    offer: Offer | None = None
    problem: str | None = None
    no_refunds: str | None = None

    def listed(self) -> RegisteredProvider:
        ailment = _ailment(self.offer) if self.offer is not None and self.problem is None else None
        return RegisteredProvider(
            name=self.name,
            display_name=self.offer.display_name if self.offer is not None else self.name,
            version=self.version,
            capabilities=self.offer.capabilities if self.offer is not None else (),
            configured=self.problem is None,
            healthy=self.problem is None and ailment is None,
            problem=self.problem or ailment or self.no_refunds,
        )


@cache
def _installed() -> metadata.EntryPoints:
    """What is installed beside this process when it first asks."""
    return metadata.entry_points(group=GROUP)


class Registry:
    """The plugins of one process, in a fixed order: the project's own first, then by name, those left out last."""

    def __init__(self, plugins: Iterable[_Plugin]) -> None:
        self._plugins = tuple(plugins)

    @classmethod
    def load(cls, *, settings: Mapping[str, str], entry_points: Iterable[EntryPoint] | None = None) -> Self:
        """Ask every plugin for its offer and hand each its section of `settings`.

        `settings` are the variables BILLING_* without the host's own; a plugin never sees another's section.
        """
        points = _installed() if entry_points is None else entry_points
        offered: dict[str, _Plugin] = {}
        left_out: list[_Plugin] = []
        for point in sorted(points, key=lambda p: (_distribution(p) != DISTRIBUTION, p.name, p.value)):
            plugin = _asked(point)
            if plugin.offer is not None and plugin.name not in offered:
                offered[plugin.name] = plugin
                continue
            problem = (
                plugin.problem or f"Its name {plugin.name} is taken by {offered[plugin.name].listed().display_name}."
            )
            log.warning("Provider plugin %s (%s) is left out. %s", point.name, point.value, problem)
            left_out.append(replace(plugin, offer=None, problem=problem))
        names = {*offered, *(plugin.name for plugin in left_out)}
        return cls([*(_configured(plugin, names, settings) for plugin in offered.values()), *left_out])

    @property
    def providers(self) -> tuple[RegisteredProvider, ...]:
        """Every plugin that was found, usable or not."""
        return tuple(plugin.listed() for plugin in self._plugins)

    def offer(self, name: str) -> Offer:
        """The usable provider of this name. Raises `ProviderUnknown`, `ProviderNotConfigured`."""
        for plugin in self._plugins:
            if plugin.name == name:
                if plugin.offer is None or plugin.problem is not None:
                    raise ProviderNotConfigured(name, problem=plugin.problem or "")
                return plugin.offer
        raise ProviderUnknown(name, known=[plugin.name for plugin in self._plugins])

    def refunds(self, name: str) -> Refunds | None:
        """Who sends money back for the provider of this name; None where nobody ever does.

        Raises `ProviderUnknown`, `ProviderNotConfigured`.
        """
        refunds = self.offer(name).refunds
        for plugin in self._plugins:
            if plugin.name == name and plugin.no_refunds is not None:
                raise ProviderNotConfigured(name, problem=plugin.no_refunds)
        return refunds

    def recognise(self, provider: str | None, head: bytes) -> tuple[str, FileFormat]:
        """The provider that reads a bank file and its format, told by the first 4 kB; any provider's if None is named.

        One whose reader fails is named only where no other reads the file. Raises `BankFileInvalid` when nobody reads it.
        """
        if not head:
            raise BankFileInvalid([Finding(where="file", what="it is empty")])
        asked: list[str] = []
        failures: list[Finding] = []
        objection: BankFileInvalid | None = None
        for name, files in self._readers(provider):
            asked.append(name)
            try:
                with plugin_code(name, BankFileInvalid):
                    recognised = _format(files.recognise(head))
            except BankFileInvalid as invalid:
                objection = objection or invalid
            except PluginFailed as failed:
                failures.append(reader_failed(name, failed))
            else:
                if recognised is not None:
                    return name, recognised
        known_to = ", ".join(asked) or "any provider: none reads bank files"
        unknown = Finding(where="first bytes", what=f"they are no format known to {known_to}")
        raise objection or BankFileInvalid(failures or [unknown])

    def _readers(self, provider: str | None) -> Iterator[tuple[str, SettlementFiles]]:
        if provider is not None:
            files = self.offer(provider).settlement_files
            if files is None:
                raise BadInput(f"Provider {provider} reads no bank files.", argument="provider")
            yield provider, files
            return
        for plugin in self._plugins:
            if plugin.offer is not None and plugin.problem is None and plugin.offer.settlement_files is not None:
                yield plugin.name, plugin.offer.settlement_files


def _asked(point: EntryPoint) -> _Plugin:
    """What a plugin offers, or why it offers nothing. In a plugin manager of its own: it can spoil no other's call."""
    plugins = pluggy.PluginManager(GROUP)
    plugins.add_hookspecs(hookspecs)
    hook = plugins.hook.billing_provider
    try:
        with plugin_code(point.name):
            plugins.register(point.load())
            plugins.check_pending()
            offers = hook()
    except PluginFailed as failed:
        return _broken(point, f"It could not be loaded: {failed.kind}: {failed.__cause__}.")
    if not hook.get_hookimpls():
        return _broken(point, "It does not implement the hook billing_provider; is it marked with @hookimpl?")
    if len(offers) != 1 or not isinstance(offers[0], Offer):
        return _broken(point, f"Its hook must return an Offer, not {offers[0] if offers else None!r}.")
    if offers[0].name != point.name:
        return _broken(
            point,
            f"Its entry point is named {point.name}, but it offers itself as {offers[0].name}: its settings go by both, so "
            "they must be equal.",
        )
    return _Plugin(name=offers[0].name, version=offers[0].version, offer=offers[0])


def _broken(point: EntryPoint, problem: str) -> _Plugin:
    return _Plugin(name=point.name, version=point.dist.version if point.dist is not None else "", problem=problem)


def _configured(plugin: _Plugin, names: Iterable[str], settings: Mapping[str, str]) -> _Plugin:
    """The plugin with its settings handed to it, or with what it lacks, in words without any setting's value."""
    offer = plugin.offer
    assert offer is not None, plugin
    section = _section(plugin.name, names, settings)
    if unset := _unset(plugin.name, offer.required_settings, section):
        return replace(plugin, problem=f"Not set: {unset}.")
    if offer.refunds is not None and (unset := _unset(plugin.name, offer.refund_settings, section)):
        problem = f"It sends no money. Not set: {unset}."
        plugin = replace(plugin, offer=replace(offer, refunds=None), no_refunds=problem)
    try:
        with plugin_code(plugin.name, SettingsUnusable):
            offer.configure(section)
    except SettingsUnusable as unusable:
        return replace(plugin, problem=f"It refused its settings. {unusable}")
    except PluginFailed as failed:  # what its error says may hold a secret
        return replace(plugin, problem=f"It failed at its settings with {failed.kind}.")
    return plugin


def _unset(name: str, wanted: Iterable[str], section: Mapping[str, str]) -> str:
    """The variables of a provider that lack a value."""
    return ", ".join(f"{PREFIX}{name}_{one}".upper() for one in sorted(wanted) if not section.get(one))


def _section(name: str, names: Iterable[str], settings: Mapping[str, str]) -> dict[str, str]:
    """The provider's own settings: of BILLING_ACME_EU_KEY, a provider acme gets nothing if there is one acme_eu."""
    prefix = f"{PREFIX}{name}_".upper()
    longer = tuple(f"{PREFIX}{other}_".upper() for other in names if other.startswith(f"{name}_"))
    return {
        key.upper().removeprefix(prefix).lower(): value
        for key, value in settings.items()
        if key.upper().startswith(prefix) and not key.upper().startswith(longer)
    }


def _ailment(offer: Offer) -> str | None:
    try:
        with plugin_code(offer.name):
            ailment: object = offer.health()
    except PluginFailed as failed:
        return f"It cannot tell its health: {failed.kind}."
    if ailment is None or isinstance(ailment, str):
        return ailment
    return f"It cannot tell its health: it gave no text, but a {type(ailment).__name__}."


def reader_failed(provider: str, failed: PluginFailed) -> Finding:
    """What stands in a bank file's way where it is the provider's plugin, and not the file."""
    return Finding(where=f"provider {provider}", what=f"its reader failed with {failed.kind}")


def _format(recognised: object) -> FileFormat | None:
    if recognised is None or isinstance(recognised, FileFormat):
        return recognised
    raise TypeError(f"a bank file is recognised with a FileFormat or None, not {type(recognised).__name__}")


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""
