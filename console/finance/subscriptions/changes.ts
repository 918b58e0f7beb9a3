import type { CancellationReason, ChangedFragment, ChangeTiming, SubscriptionQuery } from "../../generated/graphql";
import { day } from "../../words/days";
import { type Phrase, t } from "../../words/words";
import { HISTORY } from "../look/labels";
import { tell } from "../look/notices";

export type Found = NonNullable<SubscriptionQuery["subscription"]>;

/** What every change of a subscription is given. */
export interface DialogProps {
  readonly of: Found;
  readonly close: () => void;
}

export const TIMING: Record<ChangeTiming, Phrase> = { NOW: "Now", PERIOD_END: "When the period ends" };

export const LEAVING: Record<CancellationReason, Phrase> = {
  TOO_EXPENSIVE: "Too expensive",
  MISSING_FEATURES: "Features are missing",
  SWITCHED_SERVICE: "Went to another service",
  UNUSED: "Not used",
  CUSTOMER_SERVICE: "Customer service",
  LOW_QUALITY: "Quality",
  TOO_COMPLEX: "Too complex",
  PAYMENT_FAILED: "Payment failed",
  CLOSED_DOWN: "Closed down",
  OTHER: "Other",
};

/** What every change is sent with. */
export function common({ id }: Found, reason: string) {
  return { subscriptionId: id, reason };
}

/** Says what was done. */
export function announce({ entry, prorationInvoice }: ChangedFragment): void {
  const done = t("{what}, from {day}.", { what: t(HISTORY[entry.kind]), day: day(entry.effectiveOn) });
  tell({ text: prorationInvoice ? `${done} ${t("Invoice {number}", { number: prorationInvoice.number })}` : done });
}
