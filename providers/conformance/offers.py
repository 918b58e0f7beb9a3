"""What every offer keeps to."""

import socket
from unittest import mock

from providers.conformance.trial import Bench, Conformance, behaviour
from providers.registry import PREFIX, Registry


class OfferConformance(Conformance):
    @behaviour
    async def test_the_plugin_is_found_by_its_entry_point_and_is_usable(self, bench: Bench) -> None:
        found = {provider.name: provider for provider in Registry.load(settings=bench.trial.settings).providers}
        provider = found[bench.trial.provider]
        assert (provider.configured, provider.healthy) == (True, True), provider.problem
        assert provider.display_name
        assert provider.version

    @behaviour
    async def test_it_offers_at_least_one_capability(self, bench: Bench) -> None:
        assert bench.offer.capabilities

    @behaviour
    async def test_a_setting_that_is_missing_is_named(self, bench: Bench) -> None:
        for name in bench.offer.required_settings | bench.offer.refund_settings:
            variable = f"{PREFIX}{bench.offer.name}_{name}".upper()
            settings = {key: value for key, value in bench.trial.settings.items() if key.upper() != variable}
            found = {provider.name: provider for provider in Registry.load(settings=settings).providers}
            assert variable in (found[bench.trial.provider].problem or "")

    @behaviour
    async def test_it_describes_itself_and_its_health_without_connecting_to_anything(self, bench: Bench) -> None:
        connected = AssertionError("The plugin connected.")
        with mock.patch.object(socket.socket, "connect", side_effect=connected):
            health = Registry.load(settings=bench.trial.settings).offer(bench.trial.provider).health()
        assert health is None or health.strip()
