import { useState } from "react";
import { type DunningAction, OverrideDunningDocument, type StageFragment } from "../../generated/graphql";
import { day, daysFrom } from "../../words/days";
import { t } from "../../words/words";
import { useVersionedChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { phrases } from "../look/labels";
import { tell } from "../look/notices";
import type { DunningDialogProps } from "./HoldDialogs";
import { ACTION } from "./labels";

const STAGES_MAX = 20;
const STEP_DAYS = 7;

/** Give a case stages of its own, to be followed instead of the usual ones. */
export function StagesDialog({ dunning, close }: DunningDialogProps) {
  const override = useVersionedChange(OverrideDunningDocument, dunning.version);
  const taken = dunning.actions.map(({ stage }) => stage);
  const [stages, setStages] = useState<readonly StageFragment[]>(() => dunning.stages.filter(({ code }) => !taken.includes(code)));
  const put = (place: number, changed: Partial<StageFragment>) => setStages(stages.map((one, at) => (at === place ? { ...one, ...changed } : one)));
  const rising = stages.every(({ daysAfterDue }, place) => place === 0 || daysAfterDue > (stages[place - 1]?.daysAfterDue ?? 0));

  function add() {
    const last = stages.at(-1)?.daysAfterDue ?? dunning.invoice.daysOverdue;
    setStages([...stages, { code: `own-${stages.length + 1}`, daysAfterDue: last + STEP_DAYS, action: "REMINDER" }]);
  }

  return (
    <ChangeDialog
      title={t("Own stages for {number}", { number: dunning.invoice.number })}
      action={t("Follow these stages")}
      ready={stages.length > 0 && rising && stages.every(({ code }) => code.trim() !== "")}
      close={close}
      change={async (reason) => {
        const customStages = stages.map(({ code, daysAfterDue, action }) => ({ code: code.trim(), daysAfterDue, action }));
        await override({ caseId: dunning.id, path: "CUSTOM", customStages, reason });
        tell({ text: t("The case follows its own stages.") });
      }}
    >
      <ol className="stages">
        {stages.map(({ code, daysAfterDue, action }, place) => (
          <li key={place}>
            <input aria-label={t("Code of stage {n}", { n: place + 1 })} value={code} onChange={(event) => put(place, { code: event.target.value })} />
            <input
              type="number"
              min={0}
              aria-label={t("Days after due of stage {n}", { n: place + 1 })}
              title={day(daysFrom(dunning.invoice.dueOn, daysAfterDue))}
              value={daysAfterDue}
              onChange={(event) => put(place, { daysAfterDue: event.target.valueAsNumber || 0 })}
            />
            <select aria-label={t("Action of stage {n}", { n: place + 1 })} value={action} onChange={(event) => put(place, { action: event.target.value as DunningAction })}>
              {Object.entries(phrases(ACTION)).map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </select>
            <button type="button" aria-label={t("Take away")} onClick={() => setStages(stages.filter((_, at) => at !== place))}>
              ×
            </button>
          </li>
        ))}
      </ol>
      <p>
        <button type="button" disabled={stages.length >= STAGES_MAX} onClick={add}>
          {t("Add a stage")}
        </button>
      </p>
      {!rising && <p className="problem">{t("Each stage is on a later day than the one before it.")}</p>}
    </ChangeDialog>
  );
}
