import type { PayableFragment } from "../../generated/graphql";
import { type Amount, money } from "../../words/figures";
import { t } from "../../words/words";

/** What paying an amount on an invoice leads to, in the books' own arithmetic. */
export interface Outcome {
  readonly kind: "exact" | "surplus" | "short";
  readonly rest: Amount;
}

export function outcome(paid: Amount, { outstanding }: PayableFragment): Outcome {
  const rest = paid.amountCents - outstanding.amountCents;
  const amount = { amountCents: Math.abs(rest), currency: outstanding.currency };
  return { kind: rest === 0 ? "exact" : rest > 0 ? "surplus" : "short", rest: amount };
}

/** The outcome as a sentence. */
export function told({ kind, rest }: Outcome, { tenant }: PayableFragment): string {
  if (kind === "exact") return t("Pays the invoice in full.");
  if (kind === "surplus") return t("Pays the invoice in full; {rest} more than is owed becomes credit of {tenant}.", { rest: money(rest), tenant: tenant.name });
  return t("A part payment: {rest} stays outstanding.", { rest: money(rest) });
}
