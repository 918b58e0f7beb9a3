import { IgnoreTransferDocument, RestoreTransferDocument, type TransferFragment } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { tell } from "../look/notices";
import { Beaten } from "./Beaten";

interface ParkDialogProps {
  readonly transfer: TransferFragment;
  readonly close: () => void;
}

/** Park a transfer that pays nothing here. */
export function IgnoreDialog({ transfer, close }: ParkDialogProps) {
  const ignore = useChange(IgnoreTransferDocument);
  const amount = money(transfer.amount);
  return (
    <ChangeDialog
      title={t("Ignore {amount}", { amount })}
      action={t("Ignore")}
      reasons={[t("It pays nothing of ours"), t("Our own money between our accounts")]}
      close={close}
      explain={(refused) => <Beaten transferId={transfer.id} by={refused} />}
      change={async (reason) => {
        await ignore.mutateAsync({ input: { transferId: transfer.id, reason } });
        tell({ text: t("{amount} is ignored; it can be brought back.", { amount }) });
      }}
    >
      <p>{t("It leaves the inbox and stays under “Ignored”. Nothing is booked.")}</p>
    </ChangeDialog>
  );
}

/** Bring an ignored transfer back. */
export function RestoreDialog({ transfer, close }: ParkDialogProps) {
  const restore = useChange(RestoreTransferDocument);
  const amount = money(transfer.amount);
  return (
    <ChangeDialog
      title={t("Bring {amount} back into the inbox", { amount })}
      action={t("Bring back")}
      close={close}
      change={async (reason) => {
        await restore.mutateAsync({ input: { transferId: transfer.id, reason } });
        tell({ text: t("{amount} is back in the inbox.", { amount }) });
      }}
    />
  );
}
