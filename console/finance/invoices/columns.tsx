import type { InvoiceRowFragment } from "../../generated/graphql";
import { day } from "../../words/days";
import { t } from "../../words/words";
import { Badge, Status } from "../look/Badge";
import { INVOICE_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import type { Column } from "../look/Table";

/** An invoice in a list. */
export const INVOICE: readonly Column<InvoiceRowFragment>[] = [
  { head: "Number", cell: ({ number }) => number },
  { head: "Customer", cell: ({ customerName }) => customerName, text: true },
  { head: "Tenant", cell: ({ tenant }) => tenant.name, minor: true, text: true },
  { head: "Issued", cell: ({ issuedOn }) => day(issuedOn), minor: true },
  { head: "Due", cell: ({ dueOn }) => day(dueOn), minor: true },
  { head: "Status", cell: (invoice) => <InvoiceStatus of={invoice} /> },
  { head: "Total", cell: ({ total }) => <Money of={total} />, figures: true },
  { head: "Outstanding", cell: ({ outstanding }) => <Money of={outstanding} />, figures: true, minor: true },
];

/** The status, and by how many days it is overdue. */
export function InvoiceStatus({ of: { status, isOverdue, daysOverdue } }: { readonly of: InvoiceRowFragment }) {
  return (
    <>
      <Status of={status} in={INVOICE_STATUS} />
      {isOverdue && (
        <>
          {" "}
          <Badge tone="bad">{t("{n} d overdue", { n: daysOverdue })}</Badge>
        </>
      )}
    </>
  );
}
