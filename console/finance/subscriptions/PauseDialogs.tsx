import { useState } from "react";
import { ExtendTrialDocument, PauseSubscriptionDocument, ResumeSubscriptionDocument, RevokeScheduledChangeDocument } from "../../generated/graphql";
import { day, daysFrom, today } from "../../words/days";
import { t } from "../../words/words";
import { useVersionedChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { HISTORY } from "../look/labels";
import { announce, common, type DialogProps } from "./changes";
import { Preview, usePreview } from "./Preview";

const PAUSE_DAYS_USUAL = 30;
const TRIAL_DAYS_MAX = 30;

/** Pause until a day. */
export function PauseDialog({ of, close }: DialogProps) {
  const pausing = useVersionedChange(PauseSubscriptionDocument, of.version);
  const [until, setUntil] = useState(() => daysFrom(today(), PAUSE_DAYS_USUAL));
  const preview = usePreview(of.id, until ? { pauseUntil: until } : undefined);
  return (
    <ChangeDialog
      title={t("Pause the subscription of {tenant}", { tenant: of.tenant.name })}
      action={t("Pause")}
      ready={preview.isReady}
      close={close}
      change={async (reason) => announce((await pausing({ ...common(of, reason), until })).pauseSubscription)}
    >
      <label className="field">
        <span>{t("Until")}</span>
        <input type="date" required min={daysFrom(today(), 1)} value={until} onChange={(event) => setUntil(event.target.value)} />
      </label>
      <Preview of={preview} />
    </ChangeDialog>
  );
}

/** Go on today. */
export function ResumeDialog({ of, close }: DialogProps) {
  const resuming = useVersionedChange(ResumeSubscriptionDocument, of.version);
  const preview = usePreview(of.id, { resume: true });
  return (
    <ChangeDialog
      title={t("Resume the subscription of {tenant}", { tenant: of.tenant.name })}
      action={t("Resume")}
      ready={preview.isReady}
      close={close}
      change={async (reason) => announce((await resuming(common(of, reason))).resumeSubscription)}
    >
      <Preview of={preview} />
    </ChangeDialog>
  );
}

/** Give more days of trial. */
export function TrialDialog({ of, close }: DialogProps) {
  const extending = useVersionedChange(ExtendTrialDocument, of.version);
  const [days, setDays] = useState(14);
  const preview = usePreview(of.id, days >= 1 ? { extendTrialDays: days } : undefined);
  return (
    <ChangeDialog
      title={t("Extend the trial of {tenant}", { tenant: of.tenant.name })}
      action={t("Extend the trial")}
      ready={preview.isReady}
      close={close}
      change={async (reason) => announce((await extending({ ...common(of, reason), days })).extendTrial)}
    >
      <label className="field">
        <span>{t("Days, at most {n} over the subscription’s life", { n: TRIAL_DAYS_MAX })}</span>
        <input type="number" required min={1} max={TRIAL_DAYS_MAX} value={days} onChange={(event) => setDays(event.target.valueAsNumber || 0)} />
      </label>
      <Preview of={preview} />
    </ChangeDialog>
  );
}

/** Take back what is planned. */
export function RevokeDialog({ of, close }: DialogProps) {
  const revoking = useVersionedChange(RevokeScheduledChangeDocument, of.version);
  const planned = of.scheduledChange;
  return (
    <ChangeDialog
      title={t("Take back the planned change")}
      action={t("Take back")}
      close={close}
      change={async (reason) => announce((await revoking(common(of, reason))).revokeScheduledChange)}
    >
      {planned && <p>{t("{what}, from {day}.", { what: t(HISTORY[planned.kind]), day: day(planned.effectiveOn) })}</p>}
    </ChangeDialog>
  );
}
