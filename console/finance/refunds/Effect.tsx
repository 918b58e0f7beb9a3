import { type RefundPreviewQuery, RefundPreviewDocument } from "../../generated/graphql";
import { moment } from "../../words/days";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Problem } from "../look/Answered";
import { Status } from "../look/Badge";
import { INVOICE_STATUS, PAYMENT_STATUS } from "../look/labels";
import { Lines } from "../ledger/Lines";
import { RefundStatus } from "./columns";

type Preview = RefundPreviewQuery["refundPreview"];

/** What a refund would do. It binds the figures: a token is good for one order, so it is never taken from before. */
export function usePreview(paymentId: string, amountCents: number | undefined) {
  const isAmount = amountCents !== undefined && amountCents > 0;
  return useAsk({ document: RefundPreviewDocument, variables: { paymentId, amountCents } }, { when: isAmount, anew: true });
}

interface EffectProps {
  readonly of: ReturnType<typeof usePreview>;
  readonly again: boolean;
  readonly repeat: (wanted: boolean) => void;
}

export function Effect({ of: { data, error, refetch }, again, repeat }: EffectProps) {
  if (error) return <Problem of={error} again={() => void refetch()} />;
  if (!data) return <p className="quiet">{t("The effect is shown here before anything is done.")}</p>;
  const { refundPreview: effect } = data;
  return (
    <div className="effect" aria-live="polite">
      <p>
        {t("{amount} goes back; {rest} can still go back after that.", { amount: money(effect.amount), rest: money(effect.refundableAfter) })}{" "}
        <After effect={effect} />
      </p>
      {!effect.settlesImmediately && <p className="note">{t("The refund stays pending until the provider confirms it.")}</p>}
      {effect.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
      <Earlier of={effect} again={again} repeat={repeat} />
      <Lines of={effect.ledger} />
    </div>
  );
}

function After({ effect: { paymentStatusAfter, invoiceStatusAfter } }: { readonly effect: Preview }) {
  return (
    <>
      {t("Payment")} <Status of={paymentStatusAfter} in={PAYMENT_STATUS} />{" "}
      {invoiceStatusAfter && (
        <>
          {t("Invoice")} <Status of={invoiceStatusAfter} in={INVOICE_STATUS} />
        </>
      )}
    </>
  );
}

/** The same was refunded before: the service takes a repetition for a retry, unless one says that it is meant. */
function Earlier({ of: { alreadyDone }, again, repeat }: { readonly of: Preview; readonly again: boolean; readonly repeat: (wanted: boolean) => void }) {
  if (alreadyDone.length === 0) return null;
  return (
    <div className="warning">
      <p>{t("You have refunded this amount of this payment before. Sending it again returns that refund, and no money moves:")}</p>
      <ul>
        {alreadyDone.map((refund) => (
          <li key={refund.id}>
            {moment(refund.createdAt)} <RefundStatus of={refund} /> {refund.reason}
          </li>
        ))}
      </ul>
      <label className="flag">
        <input type="checkbox" checked={again} onChange={(event) => repeat(event.target.checked)} /> {t("This is a second, intended refund")}
      </label>
    </div>
  );
}
