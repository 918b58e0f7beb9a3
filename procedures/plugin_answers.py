"""What a plugin answers, looked at before it is believed: a partner's code may give anything."""

from dataclasses import replace

from procedures.keep_lines import is_amount, is_instant, is_line, kept_text
from providers.ledger_lines import LedgerLine
from providers.refunding import RefundOutcome, RefundState
from providers.webhooks import PaymentFact, RefundFact


def is_fact(fact: object) -> bool:
    """Whether it is one of the facts that the contract knows, with values that can be booked and kept."""
    match fact:
        case LedgerLine():
            return is_line(fact)
        case RefundFact():
            return (
                _are_names((fact.provider_reference, fact.payment_reference))
                and _are_names(fact.payment_aliases)
                and (fact.key is None or _is_name(fact.key))
                and _is_outcome(fact.outcome)
                and outcome_of(fact.outcome) == fact.outcome
                and _is_paid(fact.amount)
                and is_instant(fact.occurred_at)
            )
        case PaymentFact():
            return (
                _is_name(fact.provider_reference)
                and _are_names(fact.payment_aliases)
                and _is_paid(fact.amount)
                and (fact.fee is None or (is_amount(fact.fee) and fact.fee.cents >= 0))
                and is_instant(fact.occurred_at)
            )
    return False


def outcome_of(answer: object) -> RefundOutcome:
    """The outcome that a plugin answers, its texts without what a database cannot keep.

    Raises: TypeError for an answer that is none.
    """
    if not isinstance(answer, RefundOutcome) or not _is_outcome(answer):
        raise TypeError("the provider's plugin did not give a RefundOutcome")
    reference, reason = kept_text(answer.provider_reference), kept_text(answer.failure_reason)
    return replace(answer, provider_reference=reference or None, failure_reason=reason or None)


def _is_outcome(outcome: object) -> bool:
    return (
        isinstance(outcome, RefundOutcome)
        and isinstance(outcome.state, RefundState)
        and all(text is None or isinstance(text, str) for text in (outcome.provider_reference, outcome.failure_reason))
    )


def _are_names(names: object) -> bool:
    return isinstance(names, tuple | list) and all(map(_is_name, names))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name != "" and name == kept_text(name)


def _is_paid(amount: object) -> bool:
    return is_amount(amount) and amount.cents > 0
