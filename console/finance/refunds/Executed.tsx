import type { ExecuteRefundMutation } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { Status } from "../look/Badge";
import { Facts } from "../look/Facts";
import { INVOICE_STATUS } from "../look/labels";
import { ResultDialog } from "../look/ResultDialog";
import { Link } from "../route/Link";
import { RefundStatus } from "./columns";

interface ExecutedProps {
  readonly result: ExecuteRefundMutation["executeRefund"];
  readonly close: () => void;
}

/** What became of the order: pending is told as pending, and a repetition as such. */
export function Executed({ result: { refund, invoice, replayed, notificationQueued }, close }: ExecutedProps) {
  const amount = money(refund.amount);
  const title = replayed ? t("This is the refund of before: no money moved again") : refund.status === "PENDING" ? t("{amount} is on its way", { amount }) : t("Refund of {amount}", { amount });
  return (
    <ResultDialog title={title} close={close}>
      <Facts
        of={[
          ["Status", <RefundStatus of={refund} />],
          ["Provider's reference", refund.providerReference && <code>{refund.providerReference}</code>],
          [
            "Invoice",
            invoice && (
              <>
                {invoice.number} <Status of={invoice.status} in={INVOICE_STATUS} />
              </>
            ),
          ],
          ["Notice", notificationQueued ? t("The tenant is mailed once the money is sent.") : t("No mail is sent.")],
        ]}
      />
      <p>
        <Link href={`/refunds/${refund.id}`} onClick={close}>
          {t("Show the refund")}
        </Link>
      </p>
    </ResultDialog>
  );
}
