import { type MrrMovementKind, type MrrMovementsQuery, MrrMovementsDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { day } from "../../words/days";
import { eur } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { Chosen } from "../look/Chosen";
import { DaysFilter, FilterBar } from "../look/FilterBar";
import { MRR_MOVEMENT } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { PlanFilter } from "../look/PlanFilter";
import { type Column, Table } from "../look/Table";
import { Tally } from "../look/Tally";
import { TenantFilter } from "../look/TenantFilter";
import { useFilters, usePaging } from "../route/filters";
import { dashboardFilter } from "./narrowed";

type Movement = MrrMovementsQuery["mrrMovements"]["nodes"][number];

const MOVEMENT: readonly Column<Movement>[] = [
  { head: "Tenant", cell: ({ tenant }) => tenant.name, text: true },
  { head: "Day", cell: ({ occurredOn }) => day(occurredOn) },
  { head: "Kind", cell: ({ kind }) => t(MRR_MOVEMENT[kind]) },
  { head: "Plan", cell: ({ plan }) => plan.name, minor: true },
  { head: "A month", cell: ({ amount }) => <Money of={amount} />, figures: true, minor: true },
  { head: "MRR", cell: ({ mrr }) => <Money of={mrr} signed />, figures: true },
];

const KINDS = Object.keys(MRR_MOVEMENT) as MrrMovementKind[];

/** The changes that make MRR: all of them up to a day are the MRR of that day. */
export default function MrrChanges() {
  const filters = useFilters();
  const days = { from: filters.day("from"), to: filters.day("to") };
  const asked = { document: MrrMovementsDocument, variables: { ...usePaging(), filter: dashboardFilter(filters, days) } };
  const movements = useAsk(asked);
  return (
    <Page title={t("MRR changes")} asked={asked}>
      <FilterBar>
        <DaysFilter label="from" />
        <PlanFilter />
        <Chosen name="country" label="Country" spell={country} />
        <TenantFilter />
      </FilterBar>
      <Answered of={movements}>
        {({ mrrMovements: { nodes, totals, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("MRR did not move on these days.")}</Empty>
          ) : (
            <>
              <Tally
                of={[
                  ["In all", <Money of={eur(totals.reduce((sum, { mrr }) => sum + mrr.amountCents, 0))} />],
                  ...KINDS.flatMap((kind) => totals.filter((one) => one.kind === kind)).map(({ kind, mrr }) => [MRR_MOVEMENT[kind], <Money of={mrr} signed />] as const),
                ]}
              />
              <Table label={t("MRR changes")} rows={nodes} columns={MOVEMENT} row={key} href={({ subscription }) => `/subscriptions/${subscription.id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function key({ kind, occurredOn, subscription, mrr }: Movement): string {
  return `${kind} ${occurredOn} ${subscription.id} ${mrr.amountCents}`;
}
