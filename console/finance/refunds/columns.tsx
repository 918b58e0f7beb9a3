import type { RefundRowFragment } from "../../generated/graphql";
import { moment } from "../../words/days";
import { t } from "../../words/words";
import { Badge, Status } from "../look/Badge";
import { REFUND_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import type { Column } from "../look/Table";

/** A refund in a list. */
export const REFUND: readonly Column<RefundRowFragment>[] = [
  { head: "Ordered", cell: ({ createdAt }) => moment(createdAt) },
  { head: "Tenant", cell: ({ payment }) => payment.tenant.name, text: true },
  { head: "By", cell: ({ actor }) => actor, minor: true },
  { head: "Reason", cell: ({ reason }) => reason, minor: true, text: true },
  { head: "Status", cell: (refund) => <RefundStatus of={refund} /> },
  { head: "Amount", cell: ({ amount }) => <Money of={amount} />, figures: true },
];

/** The status, and whether a person must settle it. */
export function RefundStatus({ of: { status, needsReview } }: { readonly of: Pick<RefundRowFragment, "status" | "needsReview"> }) {
  return (
    <>
      <Status of={status} in={REFUND_STATUS} /> {needsReview && <Badge tone="attention">{t("Needs review")}</Badge>}
    </>
  );
}
