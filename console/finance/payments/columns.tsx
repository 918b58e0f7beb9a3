import type { PaymentRowFragment } from "../../generated/graphql";
import { moment } from "../../words/days";
import { t } from "../../words/words";
import { Status } from "../look/Badge";
import { METHOD, PAYMENT_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import type { Column } from "../look/Table";

/** A payment in a list. */
export const PAYMENT: readonly Column<PaymentRowFragment>[] = [
  { head: "Paid", cell: ({ paidAt }) => moment(paidAt) },
  { head: "Tenant", cell: ({ tenant }) => tenant.name, text: true },
  { head: "Method", cell: ({ method }) => t(METHOD[method]), minor: true },
  { head: "Provider", cell: ({ provider }) => provider, minor: true },
  { head: "Reference", cell: ({ providerReference }) => <code>{providerReference ?? "–"}</code>, minor: true },
  { head: "Status", cell: ({ status }) => <Status of={status} in={PAYMENT_STATUS} /> },
  { head: "Refunded", cell: ({ refunded }) => <Money of={refunded} />, figures: true, minor: true },
  { head: "Amount", cell: ({ amount }) => <Money of={amount} />, figures: true },
];
