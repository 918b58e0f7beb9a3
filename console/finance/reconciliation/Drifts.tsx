import type { ReconciliationQuery } from "../../generated/graphql";
import { t } from "../../words/words";
import { Badge } from "../look/Badge";
import { Money } from "../look/Money";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import { KIND } from "./labels";

type Currency = ReconciliationQuery["reconciliation"]["currencies"][number];
type Sides = Pick<Currency, "providerTotal" | "ledgerTotal" | "drift" | "timing" | "unexplained" | "exceedsTolerance">;
interface Row extends Sides {
  readonly name: string;
}

const ROW: readonly Column<Row>[] = [
  { head: "Kind", cell: ({ name }) => name },
  { head: "At the provider", cell: ({ providerTotal }) => <Money of={providerTotal} />, figures: true, minor: true },
  { head: "In the ledger", cell: ({ ledgerTotal }) => <Money of={ledgerTotal} />, figures: true, minor: true },
  { head: "Drift", cell: ({ drift }) => <Money of={drift} />, figures: true },
  { head: "Only timing", cell: ({ timing }) => <Money of={timing} />, figures: true, minor: true },
  {
    head: "Unexplained",
    cell: ({ unexplained, exceedsTolerance }) => (exceedsTolerance ? <span className="negative"><Money of={unexplained} /></span> : <Money of={unexplained} />),
    figures: true,
  },
  { head: "Verdict", cell: ({ exceedsTolerance }) => <Badge tone={exceedsTolerance ? "bad" : "good"}>{t(exceedsTolerance ? "Too much" : "Fine")}</Badge> },
];

/** Both sides kind by kind, one table a currency: currencies are never added. */
export function Drifts({ of }: { readonly of: readonly Currency[] }) {
  return of.map((currency) => (
    <Section key={currency.currency} title={currency.currency}>
      <Table
        label={currency.currency}
        columns={ROW}
        sums
        row={({ name }) => name}
        rows={[...currency.byKind.map((kind) => ({ ...kind, name: t(KIND[kind.kind]) })), { ...currency, name: t("In all") }]}
      />
    </Section>
  ));
}
