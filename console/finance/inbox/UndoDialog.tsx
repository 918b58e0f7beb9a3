import { create } from "zustand";
import { type TransferFragment, UnassignTransferDocument } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { tell } from "../look/notices";

type Undone = Pick<TransferFragment, "id" | "amount">;

const useUndone = create<{ readonly transfer: Undone | null }>(() => ({ transfer: null }));

/** Ask to take an assignment back, on whatever page the person is by now. */
export function undo(transfer: Undone): void {
  useUndone.setState({ transfer });
}

/** The dialog, where one asked for it. */
export function UndoDialog() {
  const { transfer } = useUndone();
  return transfer && <TakeBack transfer={transfer} />;
}

/** Takes an assignment back: a counter journal is booked, nothing is deleted. */
function TakeBack({ transfer }: { readonly transfer: Undone }) {
  const unassign = useChange(UnassignTransferDocument);
  return (
    <ChangeDialog
      title={t("Take back the assignment of {amount}", { amount: money(transfer.amount) })}
      action={t("Take back")}
      reasons={[t("Assigned to the wrong invoice"), t("Assigned by mistake")]}
      close={() => useUndone.setState({ transfer: null })}
      change={async (reason) => {
        await unassign.mutateAsync({ input: { transferId: transfer.id, reason } });
        tell({ text: t("{amount} is back in the inbox.", { amount: money(transfer.amount) }) });
      }}
    >
      <p>{t("A counter journal is booked, the invoice is open again, and the transfer is back in the inbox.")}</p>
    </ChangeDialog>
  );
}
