import "./dashboard.css";
import { type DashboardQuery, DashboardDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { time } from "../../words/days";
import { t } from "../../words/words";
import { useAgain, useAsk } from "../api/ask";
import { Answered } from "../look/Answered";
import { Chosen } from "../look/Chosen";
import { FilterBar } from "../look/FilterBar";
import { Page } from "../look/Page";
import { PlanFilter } from "../look/PlanFilter";
import { TenantFilter } from "../look/TenantFilter";
import { type Days, useWindow, WindowChoice } from "../look/Window";
import { useFilters } from "../route/filters";
import { dashboardFilter, type Narrowing, narrowed } from "../revenue/narrowed";
import { Buckets } from "./Buckets";
import { Movements } from "./Movements";
import { MrrTrend } from "./MrrTrend";
import { Tiles } from "./Tiles";

type Report = DashboardQuery["revenueDashboard"];

/** What a CFO opens on Monday morning. */
export default function Dashboard() {
  const filters = useFilters();
  const days = useWindow();
  const asked = { document: DashboardDocument, variables: { filter: dashboardFilter(filters, days) } };
  const report = useAsk(asked);
  const refresh = useAgain(asked, { ...asked, variables: { ...asked.variables, fresh: true } });
  return (
    <Page title={t("Dashboard")} asked={asked} actions={report.data && <AsOf at={report.data.revenueDashboard.computedAt} refresh={refresh} />}>
      <FilterBar>
        <WindowChoice of={days} />
        <PlanFilter />
        <Chosen name="country" label="Country" spell={country} />
        <TenantFilter />
      </FilterBar>
      <Answered of={report}>{({ revenueDashboard }) => <Shown report={revenueDashboard} days={days} narrowed={narrowed(filters)} />}</Answered>
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
  readonly narrowed: Narrowing;
}

function Shown({ report, days, narrowed }: ShownProps) {
  const trend = { of: report.trend, currency: report.currency, to: days.to, narrowed };
  const within = { days, narrowed };
  return (
    <>
      {report.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
      <Tiles of={report} days={days} narrowed={narrowed} />
      <div className="charts">
        <MrrTrend {...trend} />
        <Movements {...trend} />
      </div>
      <div className="buckets">
        <Buckets title="By plan" of={report.byPlan} filter="plan" {...within} />
        <Buckets title="By country" of={report.byCountry} filter="country" {...within} />
      </div>
      <Buckets title="By tenant" of={report.byTenant} filter="tenant" {...within} />
    </>
  );
}
