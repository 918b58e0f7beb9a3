import { type TenantRowFragment, TenantsDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { FilterBar, Search } from "../look/FilterBar";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { type Column, Table } from "../look/Table";
import { useFilters, usePaging } from "../route/filters";

const TENANT: readonly Column<TenantRowFragment>[] = [
  { head: "Name", cell: ({ name }) => name, text: true },
  { head: "External id", cell: ({ externalId }) => <code>{externalId}</code>, minor: true },
  { head: "Country", cell: (tenant) => country(tenant.country) },
  { head: "Currency", cell: ({ currency }) => currency, minor: true },
  { head: "Credit", cell: ({ credit }) => credit.map(money).join(" + ") || "–", figures: true },
];

/** The federations and clubs. */
export default function Tenants() {
  const asked = { document: TenantsDocument, variables: { ...usePaging(), search: useFilters().text("search") } };
  const tenants = useAsk(asked);
  return (
    <Page title={t("Tenants")} asked={asked}>
      <FilterBar>
        <Search label="Name" />
      </FilterBar>
      <Answered of={tenants}>
        {({ tenants: { nodes, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No tenant is called like that.")}</Empty>
          ) : (
            <>
              <Table label={t("Tenants")} rows={nodes} columns={TENANT} href={({ id }) => `/tenants/${id}`} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
