"""Taking in the refunds and disputes among a provider's lines that the books do not know."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, text

from procedures.book_dispute import book_dispute
from procedures.book_movements import Lines
from procedures.books import Books, Order
from procedures.take_in_refund import take_in_made_elsewhere, take_in_returned
from providers.refunding import RefundOutcome, RefundState
from providers.webhooks import RefundFact
from storage.jobs import Jobs
from storage.movements import ProviderMovement

TAKEN, GIVEN_BACK = -1, 1

# Of payments that are known here, oldest first. A refund of ours is not settled by a line: its outcome is asked for.
UNKNOWN: Final = """
select m.*
  from provider_movement m
  join lateral (select p.id from payment p
                 where p.provider = m.provider and p.provider_reference = any(m.payment_references)
                   and p.bank_transfer_id is null
                 order by array_position(m.payment_references, p.provider_reference) limit 1) p on true
  left join lateral (select r.status, r.amount_cents from refund r
                      where r.payment_id = p.id
                        and (r.provider_reference = any(m.subject_reference || m.subject_aliases)
                             or replace(r.id::text, '-', '') = any(m.subject_aliases)) limit 1) r on m.kind = 'REFUND'
 where m.provider = :provider and m.occurred_on between :first and :last and sign(m.amount_cents) = :sign
   and (cast(:references as text[]) is null or m.reference = any(:references))
   and case when m.kind = 'REFUND' and m.amount_cents < 0 then r.status is null
            when m.kind = 'REFUND' then (r.status, r.amount_cents) = ('SUCCEEDED', coalesce(m.presented_cents, m.amount_cents))
            when m.kind = 'DISPUTE' and m.amount_cents < 0
            then not exists (select from journal j where j.subject_id = m.id and j.kind = 'DISPUTE')
            when m.kind = 'DISPUTE'
            then exists (select from journal j
                          where j.payment_id = p.id and j.kind = 'DISPUTE' and j.provider_reference = m.subject_reference
                            and not exists (select from journal undoing where undoing.reverses_id = j.id))
            else false end
 order by m.occurred_at, m.amount_cents, m.id"""


async def take_in_lines(lines: Lines, *, order: Order, books: Books, jobs: Jobs) -> tuple[int, list[str]]:
    """Book the unknown refunds and disputes among these; gives how many, and why the others could not be booked.

    Raises: FxRateMissing.
    """
    booked, problems = 0, []
    for sign in (TAKEN, GIVEN_BACK):
        for movement in await _unknown(lines, sign, books):
            problem = await _taken_in(movement, order=order, books=books, jobs=jobs)
            if problem is None:
                booked += 1
            else:
                problems.append(f"{movement.kind.capitalize()} {movement.subject_reference}: {problem}")
    return booked, problems


async def _unknown(lines: Lines, sign: int, books: Books) -> Sequence[ProviderMovement]:
    within = {
        "provider": lines.provider, "first": lines.first, "last": lines.last, "sign": sign,
        "references": None if lines.references is None else list(lines.references),
    }  # fmt: skip
    async with books.transaction() as session:
        return (await session.scalars(select(ProviderMovement).from_statement(text(UNKNOWN)), within)).all()


async def _taken_in(movement: ProviderMovement, *, order: Order, books: Books, jobs: Jobs) -> str | None:
    """Why it could not be booked; None where it was."""
    if movement.kind == "DISPUTE":
        return await book_dispute(movement, order=order, books=books)
    fact = _refund_fact(movement)
    if movement.amount_cents > 0:
        return await take_in_returned(fact, provider=movement.provider, order=order, books=books)
    return await take_in_made_elsewhere(fact, provider=movement.provider, order=order, books=books, jobs=jobs)


def _refund_fact(movement: ProviderMovement) -> RefundFact:
    came_back = movement.amount_cents > 0
    first, *others = movement.payment_references
    return RefundFact(
        provider_reference=movement.subject_reference or movement.reference,
        payment_reference=first,
        payment_aliases=tuple(others),
        amount=movement.paid if came_back else -movement.paid,
        outcome=RefundOutcome(
            state=RefundState.FAILED if came_back else RefundState.SUCCEEDED,
            failure_reason="The provider reports that the money came back." if came_back else None,
        ),
        occurred_at=movement.occurred_at,
        key=next(iter(movement.subject_aliases), None),
    )
