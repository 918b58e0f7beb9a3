import { useState } from "react";
import { type DunningCaseQuery, OverrideDunningDocument, ResumeDunningDocument } from "../../generated/graphql";
import { day, daysFrom, today } from "../../words/days";
import { t } from "../../words/words";
import { useVersionedChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { tell } from "../look/notices";

export interface DunningDialogProps {
  readonly dunning: NonNullable<DunningCaseQuery["dunningCase"]>;
  readonly close: () => void;
}

/** Let no stage be taken, until a day or until somebody resumes. */
export function FreezeDialog({ dunning, close }: DunningDialogProps) {
  const override = useVersionedChange(OverrideDunningDocument, dunning.version);
  const [until, setUntil] = useState("");
  return (
    <ChangeDialog
      title={t("Freeze the dunning of {number}", { number: dunning.invoice.number })}
      action={t("Freeze")}
      reasons={[t("The customer disputes the invoice"), t("A payment plan is agreed")]}
      close={close}
      change={async (reason) => {
        await override({ caseId: dunning.id, path: "FREEZE", until: until || null, reason });
        tell({ text: until ? t("Frozen until {day}.", { day: day(until) }) : t("Frozen until it is resumed.") });
      }}
    >
      <label className="field">
        <span>{t("Until (left empty: until it is resumed)")}</span>
        <input type="date" min={daysFrom(today(), 1)} value={until} onChange={(event) => setUntil(event.target.value)} />
      </label>
    </ChangeDialog>
  );
}

/** Go on with the usual stages; none that was taken is taken again. */
export function ResumeDialog({ dunning, close }: DunningDialogProps) {
  const resume = useVersionedChange(ResumeDunningDocument, dunning.version);
  return (
    <ChangeDialog
      title={t("Resume the dunning of {number}", { number: dunning.invoice.number })}
      action={t("Resume")}
      close={close}
      change={async (reason) => {
        const { resumeDunning } = await resume({ caseId: dunning.id, reason });
        const next = resumeDunning.dunningCase.nextActionOn;
        tell({ text: next ? t("Resumed; the next stage can be taken on {day}.", { day: day(next) }) : t("Resumed; no stage is left.") });
      }}
    >
      <p>{t("The usual stages go on from where they are; none is taken twice.")}</p>
    </ChangeDialog>
  );
}
