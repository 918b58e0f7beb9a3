import { useState } from "react";
import { type ExecuteRefundMutation, ExecuteRefundDocument, type PaymentQuery } from "../../generated/graphql";
import { plainMoney, typedCents } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { Refused } from "../api/refused";
import { AmountField } from "../look/AmountField";
import { ChangeDialog } from "../look/ChangeDialog";
import { Effect, usePreview } from "./Effect";
import { type Account, PayerAccount } from "./PayerAccount";
import { Executed } from "./Executed";

interface RefundDialogProps {
  readonly payment: NonNullable<PaymentQuery["payment"]>;
  readonly close: () => void;
}

/** Send money back: the amount, what that will do, and only then the order. */
export function RefundDialog({ payment, close }: RefundDialogProps) {
  const execute = useChange(ExecuteRefundDocument);
  const { currency, amountCents: refundable } = payment.refundable;
  const [typed, setTyped] = useState(() => plainMoney(refundable > 0 ? payment.refundable : (payment.refunds.at(-1)?.amount ?? payment.amount)));
  const [notify, setNotify] = useState(false);
  const [again, setAgain] = useState<string>();
  const [account, setAccount] = useState<Account>();
  const [done, setDone] = useState<ExecuteRefundMutation["executeRefund"]>();
  const amountCents = typedCents(typed, currency);
  const preview = usePreview(payment.id, amountCents);
  const effect = preview.data?.refundPreview;
  if (done) return <Executed result={done} close={close} />;

  return (
    <ChangeDialog
      title={t("Refund")}
      action={t("Send the money back")}
      ready={effect !== undefined && !preview.error && !preview.isPlaceholderData && amountCents !== undefined}
      reasons={[t("Duplicate charge"), t("Cancelled by the customer")]}
      close={close}
      done={() => undefined}
      change={async (reason) => {
        if (!effect || amountCents === undefined) return;
        const input = { paymentId: payment.id, amountCents, previewToken: effect.token, reason, notifyTenant: notify, idempotencyKey: again, payerAccount: account };
        try {
          setDone((await execute.mutateAsync({ input })).executeRefund);
        } catch (error) {
          if (error instanceof Refused && error.is("PAYER_ACCOUNT_NEEDED")) setAccount({});
          if (error instanceof Refused && error.is("STALE_PREVIEW")) void preview.refetch();
          throw error;
        }
      }}
    >
      <AmountField label={t("Amount in {currency}", { currency })} currency={currency} typed={typed} type={setTyped} positive />
      <Effect of={preview} again={again !== undefined} repeat={(wanted) => setAgain(wanted ? crypto.randomUUID() : undefined)} />
      {account && <PayerAccount of={account} change={setAccount} />}
      <label className="flag">
        <input type="checkbox" checked={notify} onChange={(event) => setNotify(event.target.checked)} /> {t("Mail the tenant once the money is sent")}
      </label>
    </ChangeDialog>
  );
}
