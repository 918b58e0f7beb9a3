import { type InvoiceFilter, type InvoiceOrder, type InvoicesQuery, InvoicesDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { named } from "../look/Badge";
import { Chosen } from "../look/Chosen";
import { Choice, DaysFilter, FilterBar, Flag, Search } from "../look/FilterBar";
import { INVOICE_STATUS, ISSUER, ORDER, phrases } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { type Column, Table } from "../look/Table";
import { TenantFilter } from "../look/TenantFilter";
import { type Filters, useFilters, usePaging } from "../route/filters";
import { INVOICE } from "./columns";

type Totals = InvoicesQuery["invoices"]["totals"][number];

const TOTALS: readonly Column<Totals>[] = [
  { head: "Currency", cell: ({ currency }) => currency },
  { head: "Invoices", cell: ({ count }) => number(count), figures: true, minor: true },
  { head: "Total", cell: ({ total }) => <Money of={total} />, figures: true },
  { head: "Paid", cell: ({ paid }) => <Money of={paid} />, figures: true, minor: true },
  { head: "Outstanding", cell: ({ outstanding }) => <Money of={outstanding} />, figures: true },
];

/** The invoices of the platform and of all tenants. */
export default function Invoices() {
  const filters = useFilters();
  const variables = { ...usePaging(), filter: invoiceFilter(filters), orderBy: order(filters) };
  const asked = { document: InvoicesDocument, variables };
  const invoices = useAsk(asked);
  return (
    <Page title={t("Invoices")} asked={asked} actions={<ExportMenu of={{ kind: "INVOICES", invoiceFilter: variables.filter }} />}>
      <FilterBar>
        <Search label="Number, OCR, customer or tenant" />
        <Choice name="status" label="Status" of={named(INVOICE_STATUS)} />
        <Choice name="issuer" label="Issuer" of={phrases(ISSUER)} />
        <Flag name="overdue" label="Overdue" />
        <Choice name="order" label="Order" none={t("Latest issued")} of={phrases(OTHER_ORDER)} />
        <DaysFilter label="Issued from" />
        <Chosen name="country" label="Country" spell={country} />
        <Chosen name="currency" label="Currency" />
        <TenantFilter />
      </FilterBar>
      <Answered of={invoices}>
        {({ invoices: { nodes, totals, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No invoice is like that. Take a filter away to see more.")}</Empty>
          ) : (
            <>
              <Table label={t("Totals")} rows={totals} columns={TOTALS} sums row={({ currency }) => currency} />
              <Table label={t("Invoices")} rows={nodes} columns={INVOICE} href={({ id }) => `/invoices/${id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} backwards />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

const { ISSUED_ON: _, ...OTHER_ORDER } = ORDER;

/** What the address filters invoices by. */
export function invoiceFilter(filters: Filters): InvoiceFilter {
  const tenant = filters.text("tenant");
  return {
    search: filters.text("search"),
    status: filters.many("status", INVOICE_STATUS),
    issuerType: filters.one("issuer", ISSUER),
    overdue: filters.flag("overdue"),
    issuedFrom: filters.day("from"),
    issuedTo: filters.day("to"),
    currency: filters.text("currency"),
    country: filters.text("country"),
    tenantIds: tenant ? [tenant] : undefined,
  };
}

function order(filters: Filters): InvoiceOrder {
  const field = filters.one("order", ORDER) ?? "ISSUED_ON";
  return { field, direction: field === "DUE_ON" || field === "NUMBER" ? "ASC" : "DESC" };
}
