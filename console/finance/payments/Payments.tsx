import { type PaymentFilter, type PaymentsQuery, PaymentsDocument } from "../../generated/graphql";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { named } from "../look/Badge";
import { Choice, DaysFilter, FilterBar, Search } from "../look/FilterBar";
import { METHOD, PAYMENT_STATUS, phrases } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { type Column, Table } from "../look/Table";
import { TenantFilter } from "../look/TenantFilter";
import { type Filters, useFilters, usePaging } from "../route/filters";
import { PAYMENT } from "./columns";

type Totals = PaymentsQuery["payments"]["totals"][number];

const TOTALS: readonly Column<Totals>[] = [
  { head: "Currency", cell: ({ currency }) => currency },
  { head: "Payments", cell: ({ count }) => number(count), figures: true, minor: true },
  { head: "Amount", cell: ({ amount }) => <Money of={amount} />, figures: true },
  { head: "Provider's fee", cell: ({ fee }) => <Money of={fee} />, figures: true, minor: true },
  { head: "Refunded", cell: ({ refunded }) => <Money of={refunded} />, figures: true },
];

/** The payments of all tenants. */
export default function Payments() {
  const variables = { ...usePaging(), filter: paymentFilter(useFilters()) };
  const asked = { document: PaymentsDocument, variables };
  const payments = useAsk(asked);
  return (
    <Page title={t("Payments")} asked={asked} actions={<ExportMenu of={{ kind: "PAYMENTS", paymentFilter: variables.filter }} />}>
      <FilterBar>
        <Search label="Provider's reference, invoice or tenant" />
        <Choice name="status" label="Status" of={named(PAYMENT_STATUS)} />
        <Choice name="method" label="Method" of={phrases(METHOD)} />
        <DaysFilter label="Paid from" />
        <TenantFilter />
      </FilterBar>
      <Answered of={payments}>
        {({ payments: { nodes, totals, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No payment is like that. Take a filter away to see more.")}</Empty>
          ) : (
            <>
              <Table label={t("Totals")} rows={totals} columns={TOTALS} sums row={({ currency }) => currency} />
              <Table label={t("Payments")} rows={nodes} columns={PAYMENT} href={({ id }) => `/payments/${id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} backwards />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

/** What the address filters payments by. */
export function paymentFilter(filters: Filters): PaymentFilter {
  const tenant = filters.text("tenant");
  return {
    search: filters.text("search"),
    status: filters.many("status", PAYMENT_STATUS),
    method: filters.many("method", METHOD),
    provider: filters.text("provider"),
    currency: filters.text("currency"),
    paidFrom: filters.day("from"),
    paidTo: filters.day("to"),
    tenantIds: tenant ? [tenant] : undefined,
  };
}
