import type { BillingInterval, InvoiceOrderField, InvoiceStatus, IssuerType, MrrMovementKind, PaymentMethod, PaymentStatus, PlanHistoryKind, RefundStatus, SignalKind, SubscriptionStatus, TransferStatus } from "../../generated/graphql";
import { type Phrase, t } from "../../words/words";
import type { Labels } from "./Badge";

export const INVOICE_STATUS: Labels<InvoiceStatus> = {
  DRAFT: ["Draft", "over"],
  OPEN: ["Open", "waiting"],
  PARTIALLY_PAID: ["Partially paid", "waiting"],
  PAID: ["Paid", "good"],
  PARTIALLY_REFUNDED: ["Partially refunded", "over"],
  REFUNDED: ["Refunded", "over"],
  VOID: ["Void", "over"],
  UNCOLLECTIBLE: ["Uncollectible", "bad"],
};

export const PAYMENT_STATUS: Labels<PaymentStatus> = {
  PENDING: ["Pending", "waiting"],
  SUCCEEDED: ["Succeeded", "good"],
  PARTIALLY_REFUNDED: ["Partially refunded", "over"],
  REFUNDED: ["Refunded", "over"],
  FAILED: ["Failed", "bad"],
};

export const REFUND_STATUS: Labels<RefundStatus> = {
  PENDING: ["Pending", "waiting"],
  SUCCEEDED: ["Succeeded", "good"],
  FAILED: ["Failed", "bad"],
};

/** What happened to a refund, by `RefundEvent.kind`. */
export const REFUND_EVENT: Readonly<Record<string, Phrase>> = {
  ORDERED: "Ordered",
  TRIED: "Tried",
  UNKNOWN: "Outcome not known",
  ACCEPTED: "Accepted by the provider",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  REVERSED: "Reversed",
  CONTRADICTED: "Contradicted",
  REVIEW: "Needs review",
  RESOLVED: "Resolved by hand",
};

export const TRANSFER_STATUS: Labels<TransferStatus> = {
  UNMATCHED: ["Unmatched", "attention"],
  ASSIGNED: ["Assigned", "good"],
  MATCHED: ["Matched by machine", "good"],
  IGNORED: ["Ignored", "over"],
  RETURNED: ["Returned", "over"],
};

export const SUBSCRIPTION_STATUS: Labels<SubscriptionStatus> = {
  TRIALING: ["Trial", "waiting"],
  ACTIVE: ["Active", "good"],
  PAST_DUE: ["Past due", "attention"],
  PAUSED: ["Paused", "waiting"],
  CANCELLED: ["Cancelled", "over"],
};

export const ISSUER: Record<IssuerType, Phrase> = { PLATFORM: "Platform", TENANT: "Tenant" };

export const METHOD: Record<PaymentMethod, Phrase> = {
  CARD: "Card",
  BANKGIRO: "Bankgiro",
  BANK_TRANSFER: "Bank transfer",
  SWISH: "Swish",
  SEPA_DEBIT: "SEPA debit",
  OTHER: "Other",
};

export const SIGNAL: Record<SignalKind, Phrase> = {
  OCR: "Reference",
  AMOUNT: "Amount",
  TENANT: "Tenant",
  DUE_WINDOW: "Due date",
  COUNTERPARTY: "Payer",
  HISTORY: "History",
};

export const INTERVAL: Record<BillingInterval, Phrase> = { DAY: "day", WEEK: "week", MONTH: "month", YEAR: "year" };

export const HISTORY: Record<PlanHistoryKind, Phrase> = {
  STARTED: "Started",
  TRIAL_EXTENDED: "Trial extended",
  TRIAL_ENDED: "Trial ended",
  PLAN_CHANGE_SCHEDULED: "Plan change scheduled",
  PLAN_CHANGED: "Plan changed",
  PAUSED: "Paused",
  RESUMED: "Resumed",
  CANCEL_SCHEDULED: "Cancellation scheduled",
  CANCELLED: "Cancelled",
  SCHEDULE_REVOKED: "Scheduled change revoked",
  REACTIVATED: "Reactivated",
  PAST_DUE: "Past due",
  RECOVERED: "Recovered",
};

export const MRR_MOVEMENT: Record<MrrMovementKind, Phrase> = {
  NEW: "New",
  EXPANSION: "Expansion",
  REACTIVATION: "Came back",
  RESUMED: "Resumed",
  CONTRACTION: "Contraction",
  CHURN: "Churned",
  PAUSED: "Paused",
  FX: "Exchange rates",
};

export const ORDER: Record<InvoiceOrderField, Phrase> = {
  ISSUED_ON: "Latest issued",
  DUE_ON: "Earliest due",
  TOTAL: "Largest",
  OUTSTANDING: "Most outstanding",
  NUMBER: "Number",
};

/** The values with their names, for a choice among them. */
export function phrases<Value extends string>(labels: Readonly<Record<Value, Phrase>>): Record<string, string> {
  return Object.fromEntries(Object.entries<Phrase>(labels).map(([value, phrase]) => [value, t(phrase)]));
}
