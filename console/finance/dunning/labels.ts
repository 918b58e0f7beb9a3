import type { DunningAction, DunningStatus } from "../../generated/graphql";
import type { Phrase } from "../../words/words";
import type { Labels } from "../look/Badge";

export const DUNNING_STATUS: Labels<DunningStatus> = {
  OPEN: ["Running", "waiting"],
  FROZEN: ["Frozen", "attention"],
  RESOLVED: ["Resolved", "good"],
  EXHAUSTED: ["Every stage taken", "bad"],
};

export const ACTION: Record<DunningAction, Phrase> = {
  REMINDER: "Reminder",
  FINAL_NOTICE: "Final notice",
  PAUSE_SUBSCRIPTION: "Pause the subscription",
  HAND_OVER: "Hand over to collection",
};
