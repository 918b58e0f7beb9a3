import { TenantNameDocument } from "../../generated/graphql";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { change, usePlace } from "../route/location";

/** Says to which tenant the list is limited; one comes here from a tenant's page. */
export function TenantFilter() {
  const id = usePlace(({ query }) => query.get("tenant"));
  const { data } = useAsk({ document: TenantNameDocument, variables: { id } }, { when: id !== null });
  if (id === null) return null;
  return (
    <button type="button" className="chosen" title={t("Show all tenants")} onClick={() => change({ tenant: undefined, after: undefined, before: undefined })}>
      <span title={data?.tenant?.name}>{data?.tenant?.name ?? t("One tenant")}</span>×
    </button>
  );
}
