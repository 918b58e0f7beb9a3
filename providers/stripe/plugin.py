"""The provider `stripe`."""

from importlib.metadata import version

from providers import Offer, hookimpl
from providers.stripe.account import Account
from providers.stripe.gateway import StripeRefunds
from providers.stripe.settlements import StripeLedger
from providers.stripe.webhooks import StripeWebhooks


@hookimpl
def billing_provider() -> Offer:
    """Settings: BILLING_STRIPE_API_KEY, and if wanted BILLING_STRIPE_API_BASE and BILLING_STRIPE_WEBHOOK_SECRET."""
    account = Account()
    return Offer(
        name="stripe",
        display_name="Stripe",
        version=version("petanque-billing"),
        refunds=StripeRefunds(account),
        ledger=StripeLedger(account),
        webhooks=StripeWebhooks(account),
        required_settings=frozenset({"api_key"}),
        configure=account.configure,
        health=account.health,
    )
