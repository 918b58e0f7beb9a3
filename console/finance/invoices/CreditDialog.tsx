import { useState } from "react";
import { ApplyCreditDocument, type InvoiceRowFragment } from "../../generated/graphql";
import { type Amount, money, plainMoney, typedCents } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { AmountField } from "../look/AmountField";
import { ChangeDialog } from "../look/ChangeDialog";
import { INVOICE_STATUS } from "../look/labels";
import { tell } from "../look/notices";

interface CreditDialogProps {
  readonly invoice: InvoiceRowFragment;
  readonly credit: Amount;
  readonly close: () => void;
}

/** Pay an invoice out of its tenant's credit. */
export function CreditDialog({ invoice, credit, close }: CreditDialogProps) {
  const apply = useChange(ApplyCreditDocument);
  const most = Math.min(credit.amountCents, invoice.outstanding.amountCents);
  const [typed, setTyped] = useState(() => plainMoney({ amountCents: most, currency: credit.currency }));
  const amountCents = typedCents(typed, credit.currency);
  return (
    <ChangeDialog
      title={t("Pay {number} from credit", { number: invoice.number })}
      action={t("Pay")}
      ready={amountCents !== undefined && amountCents > 0 && amountCents <= most}
      close={close}
      once
      change={async (reason) => {
        const input = { tenantId: invoice.tenant.id, invoiceId: invoice.id, amountCents: amountCents ?? 0, reason };
        const { applyCredit } = await apply.mutateAsync({ input });
        tell({ text: `${applyCredit.invoice.number}: ${t(INVOICE_STATUS[applyCredit.invoice.status][0])}` });
      }}
    >
      <p>{t("{tenant} has {credit} of credit; {outstanding} is outstanding.", { tenant: invoice.tenant.name, credit: money(credit), outstanding: money(invoice.outstanding) })}</p>
      <AmountField label={t("Amount")} currency={credit.currency} typed={typed} type={setTyped} positive />
    </ChangeDialog>
  );
}
