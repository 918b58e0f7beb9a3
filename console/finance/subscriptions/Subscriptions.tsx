import { type SubscriptionFilter, type SubscriptionsQuery, SubscriptionsDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { eur, number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { named } from "../look/Badge";
import { Chosen } from "../look/Chosen";
import { Choice, FilterBar, Search } from "../look/FilterBar";
import { SUBSCRIPTION_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { PlanFilter } from "../look/PlanFilter";
import { type Column, Table } from "../look/Table";
import { TenantFilter } from "../look/TenantFilter";
import { type Filters, useFilters, usePaging } from "../route/filters";
import { SUBSCRIPTION } from "./columns";

const TOTALS: readonly Column<SubscriptionsQuery["subscriptions"]["totals"][number]>[] = [
  { head: "Currency", cell: ({ currency }) => currency },
  { head: "Subscriptions", cell: ({ count }) => number(count), figures: true },
  { head: "MRR", cell: ({ mrr }) => <Money of={mrr} />, figures: true },
  { head: "MRR in EUR", cell: ({ mrrEurCents }) => <Money of={eur(mrrEurCents)} />, figures: true, minor: true },
];

/** The subscriptions of all tenants. */
export default function Subscriptions() {
  const asked = { document: SubscriptionsDocument, variables: { ...usePaging(), filter: subscriptionFilter(useFilters()) } };
  const subscriptions = useAsk(asked);
  return (
    <Page title={t("Subscriptions")} asked={asked} actions={<ExportMenu of={{ kind: "SUBSCRIPTIONS", subscriptionFilter: asked.variables.filter }} />}>
      <FilterBar>
        <Search label="External id or tenant" />
        <Choice name="status" label="Status" of={named(SUBSCRIPTION_STATUS)} />
        <PlanFilter />
        <Chosen name="country" label="Country" spell={country} />
        <TenantFilter />
      </FilterBar>
      <Answered of={subscriptions}>
        {({ subscriptions: { nodes, totals, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No subscription is like that. Take a filter away to see more.")}</Empty>
          ) : (
            <>
              <Table label={t("Totals")} rows={totals} columns={TOTALS} sums row={({ currency }) => currency} />
              <Table label={t("Subscriptions")} rows={nodes} columns={SUBSCRIPTION} href={({ id }) => `/subscriptions/${id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} backwards />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

/** What the address filters subscriptions by. */
export function subscriptionFilter(filters: Filters): SubscriptionFilter {
  const [plan, tenant] = [filters.text("plan"), filters.text("tenant")];
  return {
    search: filters.text("search"),
    status: filters.many("status", SUBSCRIPTION_STATUS),
    country: filters.text("country"),
    planCodes: plan ? [plan] : undefined,
    tenantIds: tenant ? [tenant] : undefined,
  };
}
