import { type ReconciledProvidersQuery, ReconciledProvidersDocument, type ReconciliationQuery, ReconciliationDocument } from "../../generated/graphql";
import { day, moment, monthStart, today } from "../../words/days";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered, Empty } from "../look/Answered";
import { Badge, named, Status } from "../look/Badge";
import { Choice, FilterBar } from "../look/FilterBar";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import { useWindow, WindowChoice } from "../look/Window";
import { Link } from "../route/Link";
import { useFilters, usePaging } from "../route/filters";
import { Drifts } from "./Drifts";
import { KIND, LINE_STATE } from "./labels";

type Report = ReconciliationQuery["reconciliation"];
type Line = Report["lines"]["nodes"][number];

const LINE: readonly Column<Line>[] = [
  { head: "Day", cell: ({ occurredOn }) => day(occurredOn) },
  { head: "Kind", cell: ({ kind }) => t(KIND[kind]), narrow: "title" },
  { head: "State", cell: ({ state }) => <Status of={state} in={LINE_STATE} /> },
  {
    head: "Reference",
    cell: ({ providerReference, payment }) => {
      const reference = <code>{providerReference ?? "–"}</code>;
      return payment ? <Link href={`/payments/${payment.id}`}>{reference}</Link> : reference;
    },
    minor: true,
  },
  { head: "At the provider", cell: ({ providerAmount }) => <Money of={providerAmount} />, figures: true },
  { head: "In the ledger", cell: ({ ledgerAmount }) => <Money of={ledgerAmount} />, figures: true },
];

/** What a provider reports, held against the ledger line by line. */
export default function Reconciliation() {
  const filters = useFilters();
  const days = useWindow({ from: monthStart(today(), -1), to: today() });
  const known = useAsk({ document: ReconciledProvidersDocument, variables: {} });
  const names = reconcilable(known.data?.providers ?? []);
  const [usual] = Object.keys(names);
  const provider = filters.one("provider", names) ?? usual;
  const state = filters.many("state", LINE_STATE);
  const { after } = usePaging();
  const asked = { document: ReconciliationDocument, variables: { provider: provider ?? "", ...days, state, after } };
  const report = useAsk(asked, { when: provider !== undefined });
  const { [usual ?? ""]: first, ...others } = names;
  return (
    <Page title={t("Reconciliation")} asked={asked} actions={provider !== undefined && <ExportMenu of={{ kind: "RECONCILIATION", provider, ...days, state }} />} beside={report.data && <Verdict of={report.data.reconciliation} />}>
      <FilterBar>
        <Choice name="provider" label="Provider" none={first ?? "–"} of={others} />
        <WindowChoice of={days} />
        <Choice name="state" label="Lines" of={named(LINE_STATE)} />
      </FilterBar>
      <Answered of={known}>
        {() =>
          provider === undefined ? (
            <Empty>{t("No provider that is configured can be reconciled.")}</Empty>
          ) : (
            <Answered of={report}>{({ reconciliation }) => <Shown report={reconciliation} />}</Answered>
          )
        }
      </Answered>
    </Page>
  );
}

/** The names of those that the ledger can be held against: of gateways before banks. */
function reconcilable(providers: ReconciledProvidersQuery["providers"]): Record<string, string> {
  const able = (["LEDGER", "SETTLEMENT_FILES"] as const).flatMap((told) => providers.filter(({ configured, capabilities }) => configured && capabilities.includes(told)));
  return Object.fromEntries(able.map(({ name, displayName }) => [name, displayName]));
}

function Verdict({ of: { hasDrift } }: { readonly of: Report }) {
  return <Badge tone={hasDrift ? "bad" : "good"}>{t(hasDrift ? "Drift above the tolerance" : "Agrees within the tolerance")}</Badge>;
}

function Shown({ report: { computedAt, syncedThrough, toleranceCents, currencies, lines } }: { readonly report: Report }) {
  return (
    <>
      <p className="as-of">
        {t("As of {at}; tolerance {n} minor units a line.", { at: moment(computedAt), n: number(toleranceCents) })}{" "}
        {syncedThrough && t("The provider’s lines are known up to {at}.", { at: moment(syncedThrough) })}
      </p>
      {currencies.length === 0 && <Empty>{t("Nothing moved on these days.")}</Empty>}
      <Drifts of={currencies} />
      <Section title={t("Lines")}>
        {lines.nodes.length === 0 ? (
          <Empty>{t("No line is like that.")}</Empty>
        ) : (
          <>
            <Table label={t("Lines")} rows={lines.nodes} columns={LINE} />
            <Pager info={lines.pageInfo} shown={lines.nodes.length} total={lines.totalCount} />
          </>
        )}
      </Section>
    </>
  );
}
