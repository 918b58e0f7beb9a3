import { type RevenueFlowsQuery, RevenueFlowsDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { day } from "../../words/days";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { Chosen } from "../look/Chosen";
import { FilterBar } from "../look/FilterBar";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { PlanFilter } from "../look/PlanFilter";
import { type Column, Table } from "../look/Table";
import { Tally } from "../look/Tally";
import { TenantFilter } from "../look/TenantFilter";
import { useWindow, WindowChoice } from "../look/Window";
import { useFilters, usePaging } from "../route/filters";
import { Link } from "../route/Link";
import { link } from "../route/location";
import { dashboardFilter } from "./narrowed";

type Flow = RevenueFlowsQuery["revenueFlows"]["nodes"][number];

const FLOW: readonly Column<Flow>[] = [
  { head: "Text", cell: ({ description }) => description },
  { head: "Booked", cell: ({ day: on }) => day(on) },
  { head: "Tenant", cell: ({ tenant }) => (tenant ? <Link href={`/tenants/${tenant.id}`}>{tenant.name}</Link> : "–"), text: true },
  { head: "Gross", cell: ({ grossRevenue }) => <Money of={grossRevenue} />, figures: true, minor: true },
  { head: "VAT", cell: ({ vat }) => <Money of={vat} />, figures: true, minor: true },
  { head: "Refunds", cell: ({ refunds }) => <Money of={refunds} />, figures: true, minor: true },
  { head: "Fees", cell: ({ providerFees }) => <Money of={providerFees} />, figures: true, minor: true },
  { head: "Platform fees", cell: ({ platformFees }) => <Money of={platformFees} />, figures: true, minor: true },
  { head: "Net", cell: ({ netRevenue }) => <Money of={netRevenue} signed />, figures: true },
];

/** The journals that make the revenue of the dashboard: what came in, and what of it was not kept. */
export default function Revenue() {
  const days = useWindow();
  const asked = { document: RevenueFlowsDocument, variables: { ...usePaging(), filter: dashboardFilter(useFilters(), days) } };
  const flows = useAsk(asked);
  return (
    <Page title={t("Revenue")} asked={asked}>
      <FilterBar>
        <WindowChoice of={days} />
        <PlanFilter />
        <Chosen name="country" label="Country" spell={country} />
        <TenantFilter />
      </FilterBar>
      <Answered of={flows}>
        {({ revenueFlows: { nodes, totals, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("Nothing came in or went out on these days.")}</Empty>
          ) : (
            <>
              {totals.map((sum) => (
                <Tally
                  key="sum"
                  of={[
                    ["Net revenue", <Money of={sum.netRevenue} />],
                    ["Gross", <Money of={sum.grossRevenue} />],
                    ["VAT", <Money of={sum.vat} />],
                    ["Refunds", <Money of={sum.refunds} />],
                    ["Provider's fee", <Money of={sum.providerFees} />],
                    ["Platform fees", <Money of={sum.platformFees} />],
                  ]}
                />
              ))}
              <Table
                label={t("Revenue")}
                rows={nodes}
                columns={FLOW}
                row={({ journalId }) => journalId}
                href={({ journalId }) => link("/ledger", { journal: journalId })}
              />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
