import type { DashboardFilter } from "../../generated/graphql";
import type { Filters } from "../route/filters";

/** The plan, country and tenant that the address narrows the figures to. */
export type Narrowing = Readonly<Record<"plan" | "country" | "tenant", string | undefined>>;

export function narrowed(filters: Filters): Narrowing {
  return { plan: filters.text("plan"), country: filters.text("country"), tenant: filters.text("tenant") };
}

/** The same as the filter of the dashboard, and of the lists that its figures are the sums of. */
export function dashboardFilter(filters: Filters, days: Pick<DashboardFilter, "from" | "to">): DashboardFilter {
  const { plan, country, tenant } = narrowed(filters);
  return {
    ...days,
    planCodes: plan ? [plan] : undefined,
    countries: country ? [country] : undefined,
    tenantIds: tenant ? [tenant] : undefined,
  };
}
