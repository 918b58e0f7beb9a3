import type { LineState, MovementKind } from "../../generated/graphql";
import type { Phrase } from "../../words/words";
import type { Labels } from "../look/Badge";

export const LINE_STATE: Labels<LineState> = {
  MATCHED: ["Agrees", "good"],
  TIMING: ["Another day", "waiting"],
  MISSING_IN_LEDGER: ["Not in the ledger", "bad"],
  MISSING_AT_PROVIDER: ["Not at the provider", "bad"],
  AMOUNT_DIFFERS: ["Amounts differ", "bad"],
  DUPLICATE: ["Twice", "bad"],
};

export const KIND: Record<MovementKind, Phrase> = {
  CHARGE: "Charges",
  REFUND: "Refunds",
  FEE: "Fees",
  DISPUTE: "Disputes",
  PAYOUT: "Payouts",
  DEPOSIT: "Deposits",
  ADJUSTMENT: "Adjustments",
  UNCLASSIFIED: "Unclassified",
};
