import "../dashboard/dashboard.css";
import { type CancellationReason, type ChurnPartFragment, type ChurnQuery, ChurnDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { day } from "../../words/days";
import { number, roundMoney } from "../../words/figures";
import { type Phrase, t, told } from "../../words/words";
import { useAsk } from "../api/ask";
import { ratio, Tile } from "../dashboard/Tile";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { Badge } from "../look/Badge";
import { FilterBar } from "../look/FilterBar";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import { useWindow, WindowChoice } from "../look/Window";
import { LEAVING } from "../subscriptions/changes";

type Report = ChurnQuery["churnReport"];
type Cancellation = Report["cancellations"][number];

const CANCELLATION: readonly Column<Cancellation>[] = [
  { head: "Tenant", cell: ({ subscription }) => subscription.tenant.name, text: true },
  { head: "Plan", cell: ({ subscription }) => subscription.plan.name },
  { head: "Cancelled", cell: ({ cancelledOn }) => cancelledOn && day(cancelledOn) },
  { head: "Reason", cell: ({ reason }) => (reason ? t(LEAVING[reason]) : "–"), minor: true },
  { head: "Source", cell: ({ source }) => source === "LEGACY" && <Badge tone="over">{t("before this service")}</Badge>, minor: true },
  { head: "Revenue impact", cell: ({ revenueImpact }) => <Money of={revenueImpact} />, figures: true, minor: true },
  { head: "MRR lost", cell: ({ mrrLost }) => <Money of={mrrLost} />, figures: true },
];

const PART: readonly Column<ChurnPartFragment>[] = [
  { head: "Left", cell: ({ count }) => number(count), figures: true },
  { head: "MRR lost", cell: ({ mrrLost }) => roundMoney(mrrLost), figures: true },
];

/** Who left, why, and what that cost. */
export default function Churn() {
  const days = useWindow();
  const asked = { document: ChurnDocument, variables: days };
  const report = useAsk(asked);
  return (
    <Page title={t("Churn")} asked={asked} actions={<ExportMenu of={{ kind: "CHURN", ...days }} />}>
      <FilterBar>
        <WindowChoice of={days} />
      </FilterBar>
      <Answered of={report}>{({ churnReport }) => <Shown report={churnReport} />}</Answered>
    </Page>
  );
}

function Shown({ report }: { readonly report: Report }) {
  return (
    <>
      <dl className="tiles first">
        <Tile name="Churn" {...ratio(report.churnRate)} />
        <Tile name="Subscriptions lost" value={number(report.cancelledCount)} about={t("of {n} at the start", { n: number(report.activeAtStart) })} />
        <Tile name="Tenants lost" {...ratio(report.logoChurnRate)} />
        <Tile name="MRR lost" value={roundMoney(report.mrrLost)} {...about(report)} />
        <Tile name="Revenue impact" value={roundMoney(report.revenueImpact)} about={t("locked at cancellation")} />
      </dl>
      {report.cancellations.length === 0 ? (
        <Empty>{t("Nobody left on these days.")}</Empty>
      ) : (
        <>
          <div className="buckets three">
            <Parts title="By reason" of={report.byReason} spell={({ key, label }) => (Object.hasOwn(LEAVING, key) ? t(LEAVING[key as CancellationReason]) : told(label))} />
            <Parts title="By plan" of={report.byPlan} spell={({ label }) => label} />
            <Parts title="By country" of={report.byCountry} spell={({ key }) => country(key)} />
          </div>
          <Section title={t("Cancellations")}>
            <Table
              label={t("Cancellations")}
              rows={report.cancellations}
              columns={CANCELLATION}
              row={({ subscription }) => subscription.id}
              href={({ subscription }) => `/subscriptions/${subscription.id}`}
            />
          </Section>
        </>
      )}
    </>
  );
}

/** The share of MRR that was lost, where it can be told. */
function about({ revenueChurnRate }: Report): { readonly about?: string } {
  const { value } = ratio(revenueChurnRate);
  return revenueChurnRate.value === null ? {} : { about: t("{share} of MRR", { share: String(value) }) };
}

interface PartsProps {
  readonly title: Phrase;
  readonly of: readonly ChurnPartFragment[];
  /** A part's name in the language of the page. */
  readonly spell: (part: ChurnPartFragment) => string;
}

function Parts({ title, of, spell }: PartsProps) {
  return (
    <Section title={t(title)}>
      <Table label={t(title)} rows={of} columns={[{ head: "Name", cell: spell }, ...PART]} sums row={({ key }) => key} />
    </Section>
  );
}
