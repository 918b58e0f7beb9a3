"""Stripe: refunds of charges and PaymentIntents, the lines of our balance there, and its webhooks."""
