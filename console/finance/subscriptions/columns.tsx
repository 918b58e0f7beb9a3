import type { SubscriptionRowFragment } from "../../generated/graphql";
import { day } from "../../words/days";
import { t } from "../../words/words";
import { Status } from "../look/Badge";
import { INTERVAL, SUBSCRIPTION_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import type { Column } from "../look/Table";

/** A subscription in a list. */
export const SUBSCRIPTION: readonly Column<SubscriptionRowFragment>[] = [
  { head: "Tenant", cell: ({ tenant }) => tenant.name, text: true },
  { head: "External id", cell: ({ externalId }) => <code>{externalId}</code>, minor: true },
  { head: "Plan", cell: ({ plan }) => plan.name },
  { head: "Started", cell: ({ startedOn }) => day(startedOn), minor: true },
  { head: "Period ends", cell: ({ currentPeriodEnd }) => day(currentPeriodEnd), minor: true },
  { head: "Status", cell: ({ status }) => <Status of={status} in={SUBSCRIPTION_STATUS} /> },
  { head: "Amount", cell: (subscription) => <Price of={subscription} />, figures: true },
];

/** What is paid for one billing interval. */
export function Price({ of: { amount, plan } }: { readonly of: Pick<SubscriptionRowFragment, "amount" | "plan"> }) {
  const many = plan.intervalCount === 1 ? "" : `${plan.intervalCount} `;
  return (
    <>
      <Money of={amount} />{" "}
      <span className="quiet">
        / {many}
        {t(INTERVAL[plan.interval])}
      </span>
    </>
  );
}
