import { AssignTransferDocument, type PayableFragment, type TransferFragment } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { Status } from "../look/Badge";
import { ChangeDialog } from "../look/ChangeDialog";
import { INVOICE_STATUS } from "../look/labels";
import { tell } from "../look/notices";
import { Beaten } from "./Beaten";
import { outcome, told } from "./outcome";
import { undo } from "./UndoDialog";

interface AssignDialogProps {
  readonly transfer: TransferFragment;
  readonly invoice: PayableFragment;
  readonly reasons: readonly string[];
  readonly close: () => void;
}

/** Assign the whole transfer to one invoice. */
export function AssignDialog({ transfer, invoice, reasons, close }: AssignDialogProps) {
  const assign = useChange(AssignTransferDocument);
  const result = outcome(transfer.amount, invoice);
  return (
    <ChangeDialog
      title={t("Assign {amount} to invoice {number}", { amount: money(transfer.amount), number: invoice.number })}
      action={t("Assign")}
      reasons={reasons}
      close={close}
      explain={(refused) => <Beaten transferId={transfer.id} by={refused} />}
      change={async (reason) => {
        const input = { transferId: transfer.id, invoiceId: invoice.id, reason };
        const { assignTransfer } = await assign.mutateAsync({ input });
        announce(transfer, assignTransfer.invoices);
      }}
    >
      <p>
        {invoice.customerName} · {t("{amount} outstanding", { amount: money(invoice.outstanding) })}
      </p>
      <p className={`outcome ${result.kind}`}>
        <Status of={result.kind === "short" ? "PARTIALLY_PAID" : "PAID"} in={INVOICE_STATUS} /> {told(result, invoice)}
      </p>
    </ChangeDialog>
  );
}

/** Says what was paid, and offers to take it back. */
export function announce(transfer: TransferFragment, invoices: readonly { readonly number: string; readonly status: PayableFragment["status"] }[]): void {
  const paid = invoices.map(({ number, status }) => `${number} (${t(INVOICE_STATUS[status][0])})`).join(", ");
  tell({ text: t("{amount} assigned: {paid}", { amount: money(transfer.amount), paid: paid || t("credit") }), undo: () => undo(transfer) });
}
