"""The conformance kit: what the host relies on, as tests that a partner runs against its own plugin (needs pytest).

    class TestAcme(ProviderConformance):
        @asynccontextmanager
        async def trial(self) -> AsyncIterator[Trial]:
            async with acme_test_server() as acme:
                yield Trial(provider="acme", settings={"BILLING_ACME_KEY": acme.key}, payment=acme.pay)

Behaviours of capabilities that are not offered are skipped; those that are offered cannot be.
"""

import pytest

for module in (
    "offers",
    "refunds",
    "ledger",
    "webhooks",
    "settlement_files",
):  # failures tell values; so before the imports
    pytest.register_assert_rewrite(f"{__name__}.{module}")

from providers.conformance.ledger import LedgerConformance as LedgerConformance
from providers.conformance.offers import OfferConformance as OfferConformance
from providers.conformance.refunds import RefundConformance as RefundConformance
from providers.conformance.settlement_files import SettlementFileConformance as SettlementFileConformance
from providers.conformance.trial import Trial as Trial
from providers.conformance.webhooks import WebhookConformance as WebhookConformance


class ProviderConformance(
    OfferConformance, RefundConformance, LedgerConformance, WebhookConformance, SettlementFileConformance
):
    """All behaviours; derive from it and say in `trial` how the provider is reached."""
