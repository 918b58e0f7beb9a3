import "./dashboard.css";
import { type DashboardQuery, DashboardDocument, PriceListDocument } from "../../generated/graphql";
import { time } from "../../words/days";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered } from "../look/Answered";
import { Chosen } from "../look/Chosen";
import { Choice, FilterBar } from "../look/FilterBar";
import { Page } from "../look/Page";
import { TenantFilter } from "../look/TenantFilter";
import { type Days, useWindow, WindowChoice } from "../look/Window";
import { useFilters } from "../route/filters";
import { Buckets } from "./Buckets";
import { Movements } from "./Movements";
import { MrrTrend } from "./MrrTrend";
import { Tiles } from "./Tiles";

type Report = DashboardQuery["revenueDashboard"];

/** What a CFO opens on Monday morning. */
export default function Dashboard() {
  const filters = useFilters();
  const days = useWindow();
  const [plan, country, tenant] = [filters.text("plan"), filters.text("country"), filters.text("tenant")];
  const filter = {
    ...days,
    planCodes: plan ? [plan] : undefined,
    countries: country ? [country] : undefined,
    tenantIds: tenant ? [tenant] : undefined,
  };
  const asked = { document: DashboardDocument, variables: { filter } };
  const report = useAsk(asked);
  const plans = useAsk({ document: PriceListDocument, variables: {} });
  return (
    <Page title={t("Dashboard")} asked={asked} actions={report.data && <AsOf at={report.data.revenueDashboard.computedAt} refresh={() => void report.refetch()} />}>
      <FilterBar>
        <WindowChoice of={days} />
        <Choice name="plan" label="Plan" of={Object.fromEntries((plans.data?.plans ?? []).map(({ code, name }) => [code, name]))} />
        <Chosen name="country" label="Country" />
        <TenantFilter />
      </FilterBar>
      <Answered of={report}>{({ revenueDashboard }) => <Shown report={revenueDashboard} days={days} narrowed={{ plan, country, tenant }} />}</Answered>
    </Page>
  );
}

/** When the figures were made: they are kept for up to five minutes. */
function AsOf({ at, refresh }: { readonly at: string; readonly refresh: () => void }) {
  return (
    <button type="button" className="bare" title={t("Figures are kept for up to five minutes.")} onClick={refresh}>
      <span className="quiet">{t("as of {time}", { time: time(at) })}</span> ↻<span className="unseen">{t("Refresh")}</span>
    </button>
  );
}

interface ShownProps {
  readonly report: Report;
  readonly days: Days;
  readonly narrowed: Readonly<Record<string, string | undefined>>;
}

function Shown({ report, days, narrowed }: ShownProps) {
  return (
    <>
      {report.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
      <Tiles of={report} days={days} narrowed={narrowed} />
      <div className="charts">
        <MrrTrend of={report.trend} currency={report.currency} />
        <Movements of={report.trend} currency={report.currency} />
      </div>
      <div className="buckets">
        <Buckets title="By plan" of={report.byPlan} filter="plan" />
        <Buckets title="By country" of={report.byCountry} filter="country" />
      </div>
      <Buckets title="By tenant" of={report.byTenant} filter="tenant" />
    </>
  );
}
