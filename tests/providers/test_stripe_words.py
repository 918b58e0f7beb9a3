"""What Stripe says, object by object, in the words of no particular provider: values made by hand, no server."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import stripe

from billing.money import Money
from providers.ledger_lines import MovementKind
from providers.offer import SettingsUnusable
from providers.refunding import RefundState
from providers.stripe.account import Account
from providers.stripe.amounts import AmountNotWhole, money, stripe_amount
from providers.stripe.facts import _asked, payment_fact
from providers.stripe.refund_objects import REASONS, RefundNotUnderstood, fact, outcome
from providers.stripe.settlements import KINDS, lines_of, whole_seconds
from providers.stripe.webhooks import StripeWebhooks
from providers.webhooks import Event, WebhookRefused
from tests.providers.stripe_plugin import SECRET

AT = 1_790_000_000
NOW = datetime.fromtimestamp(AT, UTC)


def refund(**given: Any) -> stripe.Refund:
    values = {"id": "re_1", "object": "refund", "amount": 1_000, "currency": "sek", "created": AT, "status": "succeeded",
              "charge": "ch_1", "payment_intent": "pi_1", "metadata": {}}  # fmt: skip
    return stripe.Refund.construct_from({**values, **given}, None)


def transaction(**given: Any) -> stripe.BalanceTransaction:
    values = {"id": "txn_1", "object": "balance_transaction", "amount": 10_000, "fee": 320, "currency": "eur",
              "created": AT, "reporting_category": "charge", "type": "charge", "source": "ch_1", "description": None}  # fmt: skip
    return stripe.BalanceTransaction.construct_from({**values, **given}, None)


# ---------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Money(1_234, "SEK"), 1_234),
        (Money(500, "JPY"), 500),
        (Money(1_230, "KWD"), 1_230),
        (Money(5, "ISK"), 500),
        (Money(5, "UGX"), 500),
        (Money(500, "MGA"), 5),
        (Money(-5, "ISK"), -500),
    ],
)
def test_amounts_are_the_same_money_in_stripes_units(ours: Money, theirs: int) -> None:
    assert stripe_amount(ours) == theirs
    assert money(theirs, ours.currency.lower()) == ours


def test_what_cannot_be_said_in_whole_units_is_not_rounded() -> None:
    with pytest.raises(AmountNotWhole):
        stripe_amount(Money(501, "MGA"))
    with pytest.raises(AmountNotWhole):
        money(4_010, "isk")


# ---------------------------------------------------------------- refunds


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("succeeded", RefundState.SUCCEEDED),
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("failed", RefundState.FAILED),
        ("canceled", RefundState.FAILED),
    ],
)
def test_every_status_of_a_refund_has_its_state(status: str, state: RefundState) -> None:
    assert outcome(refund(status=status)).state is state


@pytest.mark.parametrize("status", [None, "", "reversed_by_magic"])
def test_a_status_that_nobody_knows_is_not_guessed(status: str | None) -> None:
    with pytest.raises(RefundNotUnderstood):
        outcome(refund(status=status))


@pytest.mark.parametrize("code", REASONS)
def test_a_refund_that_failed_says_why_in_a_sentence(code: str) -> None:
    assert outcome(refund(status="failed", failure_reason=code)).failure_reason == REASONS[code]


def test_a_reason_that_is_new_is_told_as_it_is() -> None:
    said = outcome(refund(status="failed", failure_reason="of_a_new_kind")).failure_reason
    assert said == "Stripe could not carry the refund out (of_a_new_kind)."


def test_a_refund_that_gives_back_no_payment_is_no_fact_of_ours() -> None:
    assert fact(refund(charge=None, payment_intent=None)) is None


def test_a_refund_of_a_bare_charge_is_told_by_the_charge() -> None:
    told = fact(refund(payment_intent=None, metadata={"refund_id": "rf-1"}))
    assert told is not None
    assert (told.payment_reference, told.payment_aliases, told.key) == ("ch_1", (), "rf-1")
    assert (told.amount, told.occurred_at) == (Money(1_000, "SEK"), NOW)


# ---------------------------------------------------------------- ledger


def test_a_charge_is_a_gross_line_and_a_fee_line_of_one_reference() -> None:
    gross, fee = lines_of(transaction())
    assert (gross.kind, gross.amount, gross.reference) == (MovementKind.CHARGE, Money(10_000, "EUR"), "txn_1")
    assert (fee.kind, fee.amount, fee.reference) == (MovementKind.FEE, Money(-320, "EUR"), "txn_1")


def test_a_charge_carries_its_intents_name_first() -> None:
    charge = {"id": "ch_1", "object": "charge", "currency": "eur", "payment_intent": "pi_1"}
    gross, fee = lines_of(transaction(source=charge))
    assert (gross.subject_reference, gross.subject_aliases) == ("pi_1", ("ch_1",))
    assert (fee.subject_reference, fee.subject_aliases) == ("pi_1", ("ch_1",))


def test_a_refund_whose_fee_was_kept_is_one_line() -> None:
    [line] = lines_of(transaction(amount=-10_000, fee=0, reporting_category="refund", type="refund", source="re_1"))
    assert (line.kind, line.amount, line.subject_reference) == (MovementKind.REFUND, Money(-10_000, "EUR"), "re_1")


def test_a_refund_that_failed_later_gives_the_money_back_as_a_refund_line() -> None:
    [line] = lines_of(transaction(fee=0, reporting_category="refund_failure", type="refund_failure", source="re_1"))
    assert (line.kind, line.amount) == (MovementKind.REFUND, Money(10_000, "EUR"))


def test_a_dispute_is_told_from_its_fee_though_stripe_calls_both_an_adjustment() -> None:
    taken, fee = lines_of(
        transaction(amount=-10_000, fee=1_500, reporting_category="dispute", type="adjustment", source="dp_1")
    )
    assert (taken.kind, taken.amount) == (MovementKind.DISPUTE, Money(-10_000, "EUR"))
    assert (fee.kind, fee.amount) == (MovementKind.FEE, Money(-1_500, "EUR"))


def test_a_fee_of_its_own_is_one_line_though_tax_was_taken_off_it() -> None:
    [line] = lines_of(transaction(amount=-200, fee=50, reporting_category="fee", type="stripe_fee", source=None))
    assert (line.kind, line.amount, line.subject_reference) == (MovementKind.FEE, Money(-250, "EUR"), None)


@pytest.mark.parametrize(
    ("source", "given", "presented"),
    [
        (
            {"id": "ch_1", "object": "charge", "amount": 120_000, "amount_captured": 110_000, "currency": "sek"},
            {},
            Money(110_000, "SEK"),
        ),
        (
            {"id": "re_1", "object": "refund", "amount": 110_000, "currency": "sek", "charge": "ch_1", "metadata": {}},
            {"amount": -10_000, "fee": 0, "reporting_category": "refund"},
            Money(-110_000, "SEK"),
        ),
        (
            {"id": "re_1", "object": "refund", "amount": 110_000, "currency": "sek", "charge": "ch_1", "metadata": {}},
            {"fee": 0, "reporting_category": "refund_failure"},
            Money(110_000, "SEK"),
        ),
        (
            {"id": "dp_1", "object": "dispute", "amount": 110_000, "currency": "sek", "charge": "ch_1"},
            {"amount": -10_000, "fee": 1_500, "reporting_category": "dispute"},
            Money(-110_000, "SEK"),
        ),
    ],
)
def test_what_settles_in_another_currency_says_what_the_payer_paid(
    source: dict[str, Any], given: dict[str, Any], presented: Money
) -> None:
    moved, *fees = lines_of(transaction(source=source, **given))
    assert (moved.presented, moved.amount.currency) == (presented, "EUR")
    assert [fee.presented for fee in fees] == [None] * len(fees)


def test_what_settles_in_the_payers_currency_says_it_once() -> None:
    charge = {"id": "ch_1", "object": "charge", "amount": 10_000, "amount_captured": 10_000, "currency": "eur"}
    assert [line.presented for line in lines_of(transaction(source=charge))] == [None, None]


def test_a_payout_names_itself() -> None:
    [line] = lines_of(transaction(amount=-9_680, fee=0, reporting_category="payout", type="payout", source="po_1"))
    assert (line.kind, line.amount, line.payout_reference) == (MovementKind.PAYOUT, Money(-9_680, "EUR"), "po_1")


@pytest.mark.parametrize("category", ["climate_order_purchase", "of_next_year", ""])
def test_what_nobody_knows_is_listed_as_unclassified(category: str) -> None:
    gross, fee = lines_of(transaction(reporting_category=category))
    assert (gross.kind, gross.amount, fee.amount) == (
        MovementKind.UNCLASSIFIED,
        Money(10_000, "EUR"),
        Money(-320, "EUR"),
    )


def test_the_lines_of_any_category_add_up_to_the_net_amount() -> None:
    for category in (*KINDS, "of_next_year"):
        lines = list(lines_of(transaction(reporting_category=category)))
        assert sum(line.amount.cents for line in lines) == 10_000 - 320
        assert len({(line.reference, line.kind) for line in lines}) == len(lines)


@pytest.mark.parametrize(("microseconds", "second"), [(0, AT), (1, AT + 1), (999_999, AT + 1)])
def test_a_window_begins_with_the_first_whole_second_in_it(microseconds: int, second: int) -> None:
    assert whole_seconds(NOW + timedelta(microseconds=microseconds)) == second


# ---------------------------------------------------------------- disputes and payments


def dispute(*moved: tuple[int, int, str]) -> stripe.Dispute:
    rows = [{"id": f"txn_{n}", "object": "balance_transaction", "amount": amount, "fee": fee, "currency": "eur",
             "created": AT, "reporting_category": category, "type": "adjustment", "source": "dp_1", "description": None}
            for n, (amount, fee, category) in enumerate(moved)]  # fmt: skip
    values = {"id": "dp_1", "object": "dispute", "status": "won", "charge": "ch_1", "payment_intent": "pi_1",
              "currency": "eur", "amount": 10_000, "created": AT, "balance_transactions": rows}  # fmt: skip
    return stripe.Dispute.construct_from(values, None)


class Client:
    """Answers with an object, whatever is asked for."""

    def __init__(self, answer: stripe.StripeObject) -> None:
        self.answer = answer
        self.v1 = self.disputes = self.payouts = self

    async def retrieve_async(self, _id: str, _parameters: object = None) -> stripe.StripeObject:
        return self.answer


async def told(kind: str, answer: stripe.StripeObject) -> list[Any]:
    return [fact async for fact in _asked(cast(Any, Client(answer)), Event(id="evt_1", kind=kind, subject="x"))]


async def test_a_dispute_is_told_as_the_lines_of_what_was_taken_what_it_cost_and_what_came_back() -> None:
    lines = await told("charge.dispute.closed", dispute((-10_000, 1_500, "dispute"), (10_000, 0, "dispute_reversal")))

    assert [(line.reference, line.kind, line.amount) for line in lines] == [
        ("txn_0", MovementKind.DISPUTE, Money(-10_000, "EUR")),
        ("txn_0", MovementKind.FEE, Money(-1_500, "EUR")),
        ("txn_1", MovementKind.DISPUTE, Money(10_000, "EUR")),
    ]
    assert {(line.subject_reference, line.payment_references) for line in lines} == {("dp_1", ("pi_1", "ch_1"))}


async def test_an_inquiry_that_moved_no_money_is_no_line() -> None:
    assert await told("charge.dispute.created", dispute()) == []


async def test_a_payout_is_told_as_its_lines_also_when_it_came_back() -> None:
    gone = transaction(amount=-9_680, fee=0, reporting_category="payout", source="po_1")
    back = transaction(id="txn_2", amount=9_680, fee=0, reporting_category="payout_reversal", source="po_1")
    values = {"id": "po_1", "object": "payout", "balance_transaction": gone, "failure_balance_transaction": back}

    lines = await told("payout.failed", stripe.Payout.construct_from(values, None))

    assert [(line.reference, line.kind, line.amount.cents, line.payout_reference) for line in lines] == [
        ("txn_1", MovementKind.PAYOUT, -9_680, "po_1"),
        ("txn_2", MovementKind.PAYOUT, 9_680, "po_1"),
    ]


def test_a_refund_of_ours_is_also_called_by_its_order() -> None:
    ours = refund(metadata={"refund_id": "0198"})

    [line] = lines_of(transaction(amount=-1_000, fee=0, reporting_category="refund", source=ours))

    assert (line.subject_reference, line.subject_aliases) == ("re_1", ("0198",))
    assert line.payment_references == ("pi_1", "ch_1")


def test_the_fee_of_a_payment_is_unknown_until_it_is_in_the_balance() -> None:
    charge = {"id": "ch_1", "object": "charge", "created": AT, "balance_transaction": None}
    values = {"id": "pi_1", "object": "payment_intent", "amount_received": 9_900, "currency": "sek", "created": AT - 60}
    fact = payment_fact(stripe.PaymentIntent.construct_from({**values, "latest_charge": charge}, None))
    assert (fact.amount, fact.fee, fact.occurred_at) == (Money(9_900, "SEK"), None, NOW)


@pytest.mark.parametrize(("currency", "fee"), [("sek", Money(320, "SEK")), ("eur", None)])
def test_the_fee_of_a_payment_is_told_where_it_is_kept_in_its_currency(currency: str, fee: Money | None) -> None:
    charge = {
        "id": "ch_1", "object": "charge", "created": AT, "balance_transaction": transaction(currency=currency),
    }  # fmt: skip
    values = {"id": "pi_1", "object": "payment_intent", "amount_received": 9_900, "currency": "sek", "created": AT}
    assert payment_fact(stripe.PaymentIntent.construct_from({**values, "latest_charge": charge}, None)).fee == fee


# ---------------------------------------------------------------- calls


def call(**given: Any) -> bytes:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "refund.failed",
        "livemode": False,
        "data": {"object": {"id": "re_1"}},
    }
    return json.dumps({**event, **given}).encode()


def signature(body: bytes, *, secret: str = SECRET, at: int = AT) -> str:
    return hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()


def webhooks(**given: str) -> StripeWebhooks:
    account = Account()
    account.configure({"api_key": "sk_test_x", "webhook_secret": SECRET, **given})
    return StripeWebhooks(account)


def test_a_call_signed_with_the_old_and_the_new_secret_is_taken() -> None:
    body = call()
    header = f"t={AT},v1={signature(body, secret='whsec_old')},v1={signature(body)},v0=x"
    event = webhooks().verify({"stripe-signature": header}, body, now=NOW)
    assert (event.id, event.kind, event.subject) == ("evt_1", "refund.failed", "re_1")


@pytest.mark.parametrize(("seconds", "is_taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_call_is_good_for_300_seconds_both_ways(seconds: int, is_taken: bool) -> None:
    body, now = call(), NOW + timedelta(seconds=seconds)
    headers = {"Stripe-Signature": f"t={AT},v1={signature(body)}"}
    if is_taken:
        assert webhooks().verify(headers, body, now=now).id == "evt_1"
        return
    with pytest.raises(WebhookRefused, match="more than 300 seconds"):
        webhooks().verify(headers, body, now=now)


@pytest.mark.parametrize(
    ("body", "settings", "why"),
    [
        (call(livemode=True), {}, "test mode and our key is live"),
        (call(), {"api_key": "sk_live_x"}, "test mode and our key is live"),
        (call(object="v2.core.event"), {}, "it is no event"),
        (call(id=7), {}, "it is no event"),
        (call(data={"object": []}), {}, "it is no event"),
        (b"{" * 2_000_000, {}, "larger than 1000000 bytes"),
        (call(), {"webhook_secret": ""}, "BILLING_STRIPE_WEBHOOK_SECRET is not set"),
        (call(), {"webhook_secret": "whsec_other"}, "No signature"),
    ],
)
def test_a_call_is_refused_with_what_is_wrong_with_it(body: bytes, settings: dict[str, str], why: str) -> None:
    with pytest.raises(WebhookRefused, match=why):
        webhooks(**settings).verify({"Stripe-Signature": f"t={AT},v1={signature(body)}"}, body, now=NOW)


def test_two_time_stamps_are_none() -> None:
    body = call()
    with pytest.raises(WebhookRefused, match="one time stamp"):
        webhooks().verify({"Stripe-Signature": f"t={AT},t={AT + 1},v1={signature(body)}"}, body, now=NOW)


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ({"api_key": "pk_test_x"}, "The API key must begin with"),
        ({"api_key": "sk_test_x", "api_base": "http://example.org"}, "must be an https:// URL"),
        ({"api_key": "sk_test_x", "api_base": "ftp://127.0.0.1"}, "must be an https:// URL"),
        ({"api_key": "sk_test_x", "api_base": "api.stripe.com"}, "must be an https:// URL"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(section: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsUnusable, match=why):
        Account().configure(section)
