import { useState } from "react";
import { ReturnTransferDocument, type TransferFragment } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { Refused } from "../api/refused";
import { ChangeDialog } from "../look/ChangeDialog";
import { tell } from "../look/notices";
import { type Account, PayerAccount } from "../refunds/PayerAccount";
import { Beaten } from "./Beaten";

/** Send a transfer back to its payer, whole. */
export function ReturnDialog({ transfer, close }: { readonly transfer: TransferFragment; readonly close: () => void }) {
  const sending = useChange(ReturnTransferDocument);
  const [account, setAccount] = useState<Account>();
  const amount = money(transfer.amount);
  return (
    <ChangeDialog
      title={t("Return {amount} to the payer", { amount })}
      action={t("Send it back")}
      reasons={[t("Paid twice"), t("Sent to us by mistake")]}
      close={close}
      explain={(refused) => <Beaten transferId={transfer.id} by={refused} />}
      change={async (reason) => {
        try {
          await sending.mutateAsync({ input: { transferId: transfer.id, reason, payerAccount: account } });
        } catch (error) {
          if (error instanceof Refused && error.is("PAYER_ACCOUNT_NEEDED")) setAccount({});
          throw error;
        }
        tell({ text: t("{amount} goes back; the bank has yet to confirm it.", { amount }) });
      }}
    >
      <p>{t("The payment is ordered at the bank. It leaves the inbox, and comes back if the bank refuses.")}</p>
      {account && <PayerAccount of={account} change={setAccount} />}
    </ChangeDialog>
  );
}
