import { useEffect } from "react";
import { type AccountingEntryFilter, LedgerDocument, type LegFragment } from "../../generated/graphql";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { type Book, ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { Chosen } from "../look/Chosen";
import { Choice, DaysFilter, FilterBar, Search } from "../look/FilterBar";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { Sums } from "../look/Sums";
import { type Column, Table } from "../look/Table";
import { TenantFilter } from "../look/TenantFilter";
import { type Days, thisMonth } from "../look/Window";
import { Link } from "../route/Link";
import { change, link, usePlace } from "../route/location";
import { type Filters, useFilters, usePaging } from "../route/filters";
import { LEG } from "./Legs";

const JOURNAL: Column<LegFragment> = {
  head: "Journal",
  cell: ({ journalId }) => <Link href={link("/ledger", { journal: journalId })}>{t("Show")}</Link>,
  minor: true,
};

const DIGITS = 4;

/** The legs of all journals: the books themselves. */
export default function Ledger() {
  const filter = entryFilter(useFilters(), useUsualDays());
  const asked = { document: LedgerDocument, variables: { ...usePaging(), filter, inEur: filter.accounts !== undefined } };
  const legs = useAsk(asked);
  return (
    <Page title={t("Ledger")} asked={asked} actions={<ExportMenu of={{ kind: "ACCOUNTING", accountingFilter: filter }} formats={["CSV", "XLSX"]} book={bookOf(filter)} />}>
      <FilterBar>
        <Search label="Text or provider's reference" />
        <Choice name="book" label="Book" of={{ platform: t("Platform"), tenants: t("Tenants") }} />
        <Choice name="currency" label="Currency" of={{ EUR: "EUR", SEK: "SEK", NOK: "NOK", DKK: "DKK" }} />
        <DaysFilter label="Booked from" />
        <Chosen name="account" label="Account" spell={accounts} />
        <TenantFilter />
      </FilterBar>
      <Answered of={legs}>
        {({ accountingEntries: { nodes, totals, totalsInEur, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("Nothing is booked like that. Take a filter away to see more.")}</Empty>
          ) : (
            <>
              <Sums of={totals} inEur={totalsInEur?.[0]} />
              <Table label={t("Ledger")} rows={nodes} columns={[...LEG.slice(0, -1), JOURNAL, ...LEG.slice(-1)]} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

/** Nobody means all entries there ever were: where the address names nothing, it comes to name this month. */
function useUsualDays(): Partial<Days> {
  const names = usePlace(({ query }) => query.size > 0);
  const usual = names ? {} : thisMonth();
  useEffect(() => {
    if (!names) change({ ...thisMonth() }, true);
  }, [names]);
  return usual;
}

/** E.g. "19xx, 1580". */
function accounts(given: string): string {
  return given.split(",").map((account) => account.padEnd(DIGITS, "x")).join(", ");
}

/** The book that the entries are from, if their days alone narrow it: the platform's, where none is chosen. */
function bookOf({ search, currency, accounts, journalId, platformBook, tenantIds, bookedFrom: from, bookedTo: to }: AccountingEntryFilter): Book | undefined {
  if (search || currency || accounts || journalId || platformBook === Boolean(tenantIds)) return undefined;
  return { name: t(tenantIds ? "Tenant" : "Platform"), of: { kind: "ACCOUNTING", from, to, tenantId: tenantIds?.[0] } };
}

/** `account`: numbers, or what they begin with. */
function entryFilter(filters: Filters, usual: Partial<Days>): AccountingEntryFilter {
  const [tenant, account] = [filters.text("tenant"), filters.text("account")];
  const book = filters.one("book", { platform: 1, tenants: 1 });
  return {
    search: filters.text("search"),
    platformBook: book && book === "platform",
    currency: filters.text("currency"),
    bookedFrom: filters.day("from") ?? usual.from,
    bookedTo: filters.day("to") ?? usual.to,
    journalId: filters.text("journal"),
    accounts: account?.split(","),
    tenantIds: tenant ? [tenant] : undefined,
  };
}
