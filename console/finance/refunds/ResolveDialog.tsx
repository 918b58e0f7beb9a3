import { useState } from "react";
import { type RefundResolution, type RefundRowFragment, ResolveRefundDocument } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { REFUND_STATUS } from "../look/labels";
import { tell } from "../look/notices";

/** Tell the outcome of a refund after asking the provider. */
export function ResolveDialog({ refund, close }: { readonly refund: RefundRowFragment; readonly close: () => void }) {
  const resolve = useChange(ResolveRefundDocument);
  const [resolution, setResolution] = useState<RefundResolution>();
  const [reference, setReference] = useState("");
  return (
    <ChangeDialog
      title={t("Resolve the refund of {amount}", { amount: money(refund.amount) })}
      action={t("Resolve")}
      ready={resolution !== undefined}
      reasons={[t("Seen in the provider’s dashboard"), t("Told by the provider’s support")]}
      close={close}
      change={async (reason) => {
        if (!resolution) return;
        const input = { refundId: refund.id, resolution, providerReference: reference || null, reason };
        const { resolveRefund } = await resolve.mutateAsync({ input });
        tell({ text: `${money(refund.amount)}: ${t(REFUND_STATUS[resolveRefund.refund.status][0])}` });
      }}
    >
      <fieldset>
        <legend>{t("What does the provider say?")}</legend>
        {(["SUCCEEDED", "FAILED"] as const).map((value) => (
          <label key={value}>
            <input type="radio" name="resolution" required checked={resolution === value} onChange={() => setResolution(value)} />{" "}
            {t(value === "SUCCEEDED" ? "The money went back" : "The money did not go back")}
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>{t("Provider's reference")}</span>
        <input value={reference} onChange={(event) => setReference(event.target.value)} />
      </label>
    </ChangeDialog>
  );
}
