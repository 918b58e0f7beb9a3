import { type CaseRowFragment, DunningCasesDocument } from "../../generated/graphql";
import { day } from "../../words/days";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { Badge, named, Status } from "../look/Badge";
import { Choice, FilterBar, Flag } from "../look/FilterBar";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { type Column, Table } from "../look/Table";
import { TenantFilter } from "../look/TenantFilter";
import { useFilters, usePaging } from "../route/filters";
import { DUNNING_STATUS } from "./labels";

const CASE: readonly Column<CaseRowFragment>[] = [
  { head: "Invoice", cell: ({ invoice }) => invoice.number },
  { head: "Customer", cell: ({ invoice }) => invoice.customerName, text: true },
  { head: "Tenant", cell: ({ tenant }) => tenant.name, minor: true, text: true },
  { head: "Overdue", cell: ({ invoice }) => t("{n} d", { n: number(invoice.daysOverdue) }), figures: true, minor: true },
  { head: "Last stage", cell: ({ stage }) => stage ?? "–", minor: true },
  { head: "Next", cell: ({ nextActionOn }) => (nextActionOn ? day(nextActionOn) : "–"), minor: true },
  { head: "Status", cell: (one) => <CaseStatus of={one} /> },
  { head: "Outstanding", cell: ({ invoice }) => <Money of={invoice.outstanding} />, figures: true },
];

/** The status, and whether something holds it. */
export function CaseStatus({ of: { status, overridePath, waitingBecause } }: { readonly of: CaseRowFragment }) {
  return (
    <>
      <Status of={status} in={DUNNING_STATUS} /> {overridePath === "CUSTOM" && <Badge tone="over">{t("Own stages")}</Badge>}{" "}
      {waitingBecause && status === "OPEN" && <Badge tone="attention">{t("Waiting")}</Badge>}
    </>
  );
}

/** The overdue invoices that are being dunned. */
export default function DunningCases() {
  const filters = useFilters();
  const tenant = filters.text("tenant");
  const filter = {
    status: filters.many("status", DUNNING_STATUS),
    overridden: filters.flag("overridden"),
    tenantIds: tenant ? [tenant] : undefined,
  };
  const asked = { document: DunningCasesDocument, variables: { ...usePaging(), filter } };
  const cases = useAsk(asked);
  return (
    <Page title={t("Dunning")} asked={asked}>
      <FilterBar>
        <Choice name="status" label="Status" of={named(DUNNING_STATUS)} />
        <Flag name="overridden" label="Changed by hand" />
        <TenantFilter />
      </FilterBar>
      <Answered of={cases}>
        {({ dunningCases: { nodes, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No dunning case is like that.")}</Empty>
          ) : (
            <>
              <Table label={t("Dunning")} rows={nodes} columns={CASE} href={({ id }) => `/dunning/${id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
