import { type FeeGrouping, type PlatformFeesQuery, PlatformFeesDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { number } from "../../words/figures";
import { type Phrase, t, told } from "../../words/words";
import { useAsk } from "../api/ask";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { Badge } from "../look/Badge";
import { Choice, FilterBar } from "../look/FilterBar";
import { phrases } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { type Column, Table } from "../look/Table";
import { useWindow, WindowChoice } from "../look/Window";
import { useFilters } from "../route/filters";
import { link } from "../route/location";

type Report = PlatformFeesQuery["platformFeeReport"];
type Group = Report["groups"][number];

/** Of each currency: an export has all of them. */
const GROUPS_MAX = 50;

const GROUPING: Record<FeeGrouping, Phrase> = { TENANT: "Tenant", COUNTRY: "Country", PLAN: "Plan" };
const { TENANT: _, ...OTHER_GROUPING } = GROUPING;

const TOTALS: readonly Column<Report["totals"][number]>[] = [
  { head: "Currency", cell: ({ currency }) => currency },
  { head: "Invoices", cell: ({ invoiceCount }) => number(invoiceCount), figures: true, minor: true },
  { head: "Invoiced", cell: ({ gross }) => <Money of={gross} />, figures: true },
  { head: "Paid", cell: ({ paid }) => <Money of={paid} />, figures: true, minor: true },
  { head: "Outstanding", cell: ({ outstanding }) => <Money of={outstanding} />, figures: true },
];

const GROUP: readonly Column<Group>[] = [
  { head: "Invoices", cell: ({ invoiceCount }) => number(invoiceCount), figures: true },
  { head: "Invoiced", cell: ({ gross }) => <Money of={gross} />, figures: true },
  { head: "Paid", cell: ({ paid }) => <Money of={paid} />, figures: true, minor: true },
  { head: "Outstanding", cell: ({ outstanding }) => <Money of={outstanding} />, figures: true, minor: true },
  { head: "In the ledger", cell: ({ booked }) => <Money of={booked} />, figures: true, minor: true },
  { head: "Difference", cell: (group) => <Difference of={group} />, figures: true, minor: true },
];

function Difference({ of: { difference } }: { readonly of: Group }) {
  if (difference.amountCents === 0) return <Badge tone="good">{t("none")}</Badge>;
  return <Money of={difference} signed />;
}

/** What the platform invoiced its tenants for, held against the ledger. */
export default function PlatformFees() {
  const days = useWindow();
  const groupBy = useFilters().one("by", GROUPING) ?? "TENANT";
  const asked = { document: PlatformFeesDocument, variables: { ...days, groupBy, first: GROUPS_MAX } };
  const report = useAsk(asked);
  const name: Column<Group> = { head: "Name", cell: ({ key, label }) => (groupBy === "COUNTRY" ? country(key) : told(label)), text: true };
  const rows = (group: Group) => link("/invoices", { issuer: "PLATFORM", ...days, currency: group.currency, ...narrowed(groupBy, group) });
  return (
    <Page title={t("Platform fees")} asked={asked} actions={<ExportMenu of={{ kind: "PLATFORM_FEES", ...days, groupBy }} />}>
      <FilterBar>
        <WindowChoice of={days} />
        <Choice name="by" label="By" none={t("Tenant")} of={phrases(OTHER_GROUPING)} />
      </FilterBar>
      <Answered of={report}>
        {({ platformFeeReport: { groups, groupCount, totals } }) =>
          groups.length === 0 ? (
            <Empty>{t("Nothing was invoiced on these days.")}</Empty>
          ) : (
            <>
              <Table label={t("Totals")} rows={totals} columns={TOTALS} sums row={({ currency }) => currency} />
              <Table label={t("Platform fees")} rows={groups} columns={[name, ...GROUP]} row={({ key, currency }) => `${key} ${currency}`} href={groupBy === "PLAN" ? () => undefined : rows} />
              {groups.length < groupCount && <p className="quiet">{t("The largest {shown} of {count}. An export has all of them.", { shown: number(groups.length), count: number(groupCount) })}</p>}
            </>
          )
        }
      </Answered>
    </Page>
  );
}

/** The invoices of a group, as far as the list of invoices can tell them. */
function narrowed(groupBy: FeeGrouping, { key }: Group): Record<string, string> {
  return groupBy === "TENANT" ? { tenant: key } : { country: key };
}
