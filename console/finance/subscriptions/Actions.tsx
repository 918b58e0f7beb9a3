import { type ComponentType, useState } from "react";
import type { SubscriptionStatus } from "../../generated/graphql";
import { type Phrase, t } from "../../words/words";
import { CancelDialog } from "./CancelDialog";
import type { DialogProps, Found } from "./changes";
import { PauseDialog, ResumeDialog, RevokeDialog, TrialDialog } from "./PauseDialogs";
import { PlanDialog } from "./PlanDialog";

type Change = readonly [Phrase, ComponentType<DialogProps>];

const PLAN: Change = ["Change the plan", PlanDialog];
const PAUSE: Change = ["Pause", PauseDialog];
const RESUME: Change = ["Resume", ResumeDialog];
const TRIAL: Change = ["Extend the trial", TrialDialog];
const CANCEL: Change = ["Cancel the subscription", CancelDialog];
const REVOKE: Change = ["Take back the planned change", RevokeDialog];

/** What can be done, by the status. */
const POSSIBLE: Record<SubscriptionStatus, readonly Change[]> = {
  TRIALING: [TRIAL, PLAN, CANCEL],
  ACTIVE: [PLAN, PAUSE, CANCEL],
  PAST_DUE: [PLAN, PAUSE, CANCEL],
  PAUSED: [RESUME, CANCEL],
  CANCELLED: [],
};

/** The changes of a subscription, each with its preview. */
export function Actions({ of }: { readonly of: Found }) {
  const [open, setOpen] = useState<Change>();
  const possible = of.scheduledChange ? [REVOKE, ...POSSIBLE[of.status]] : POSSIBLE[of.status];
  const Dialog = open?.[1];
  return (
    <>
      {possible.map((change) => (
        <button type="button" key={change[0]} onClick={() => setOpen(change)}>
          {t(change[0])}
        </button>
      ))}
      {Dialog && <Dialog of={of} close={() => setOpen(undefined)} />}
    </>
  );
}
