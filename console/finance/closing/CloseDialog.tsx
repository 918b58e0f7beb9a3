import { useState } from "react";
import { type CloseMonthMutation, CloseMonthDocument } from "../../generated/graphql";
import { month as spelled } from "../../words/days";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { Facts } from "../look/Facts";
import { ResultDialog } from "../look/ResultDialog";

/** Close a month, and hand over its pack. */
export function CloseDialog({ month, close }: { readonly month: string; readonly close: () => void }) {
  const closing = useChange(CloseMonthDocument);
  const [acceptDrift, setAcceptDrift] = useState(false);
  const [result, setResult] = useState<CloseMonthMutation["closeMonth"]>();
  if (result) return <Closed result={result} close={close} />;
  return (
    <ChangeDialog
      title={t("Close {month}", { month: spelled(month) })}
      action={t("Close the month")}
      reasons={[t("Reconciled and reviewed")]}
      close={close}
      done={() => undefined}
      change={async (reason) => setResult((await closing.mutateAsync({ input: { month, acceptDrift, reason } })).closeMonth)}
    >
      <p>{t("The month and all before it are closed for good: nothing more is booked there.")}</p>
      <label className="flag">
        <input type="checkbox" checked={acceptDrift} onChange={(event) => setAcceptDrift(event.target.checked)} />{" "}
        {t("Close it although a provider and the ledger differ; the reason says why")}
      </label>
    </ChangeDialog>
  );
}

function Closed({ result: { month, journalCount, auditHead, pack }, close }: { readonly result: CloseMonthMutation["closeMonth"]; readonly close: () => void }) {
  return (
    <ResultDialog title={t("{month} is closed", { month: spelled(month) })} close={close}>
      <Facts
        of={[
          ["Journals", number(journalCount)],
          ["Audit head", <code>{auditHead}</code>],
        ]}
      />
      <p className="note">{t("Write the audit head down where nobody who reaches the database does.")}</p>
      <p>
        <a className="button" href={pack.url} download={pack.fileName}>
          {t("Download the pack")}
        </a>
      </p>
    </ResultDialog>
  );
}
