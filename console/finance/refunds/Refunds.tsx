import { RefundsDocument } from "../../generated/graphql";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { named } from "../look/Badge";
import { Choice, DaysFilter, FilterBar, Flag } from "../look/FilterBar";
import { REFUND_STATUS } from "../look/labels";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { Sums } from "../look/Sums";
import { Table } from "../look/Table";
import { TenantFilter } from "../look/TenantFilter";
import { useFilters, usePaging } from "../route/filters";
import { REFUND } from "./columns";

/** The refunds of all tenants. */
export default function Refunds() {
  const filters = useFilters();
  const tenant = filters.text("tenant");
  const filter = {
    status: filters.many("status", REFUND_STATUS),
    needsReview: filters.flag("review"),
    createdFrom: filters.day("from"),
    createdTo: filters.day("to"),
    tenantIds: tenant ? [tenant] : undefined,
  };
  const asked = { document: RefundsDocument, variables: { ...usePaging(), filter } };
  const refunds = useAsk(asked);
  return (
    <Page title={t("Refunds")} asked={asked}>
      <FilterBar>
        <Choice name="status" label="Status" of={named(REFUND_STATUS)} />
        <Flag name="review" label="Needs review" />
        <DaysFilter label="Ordered from" />
        <TenantFilter />
      </FilterBar>
      <Answered of={refunds}>
        {({ refunds: { nodes, totals, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No refund is like that. A refund is made from its payment’s page.")}</Empty>
          ) : (
            <>
              <Sums of={totals} />
              <Table label={t("Refunds")} rows={nodes} columns={REFUND} href={({ id }) => `/refunds/${id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
