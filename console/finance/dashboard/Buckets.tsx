import type { BucketFragment } from "../../generated/graphql";
import { number, percent, roundMoney } from "../../words/figures";
import { type Phrase, t } from "../../words/words";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import { link } from "../route/location";

interface BucketsProps {
  readonly title: Phrase;
  readonly of: readonly BucketFragment[];
  /** The filter of a list that a bucket stands for. */
  readonly filter: "plan" | "country" | "tenant";
}

/** Buckets that are none of the list's own: what belongs to none, and the rest. */
const NOT_LISTED = ["none", "other"];

/** The revenue by plan, country or tenant: the parts add up to the whole. */
export function Buckets({ title, of, filter }: BucketsProps) {
  const whole = of.reduce((sum, { mrr }) => sum + mrr.amountCents, 0);
  const columns: readonly Column<BucketFragment>[] = [
    { head: "Name", cell: ({ label }) => label },
    { head: "Subscriptions", cell: ({ activeSubscriptions }) => number(activeSubscriptions), figures: true, minor: true },
    { head: "MRR", cell: ({ mrr }) => roundMoney(mrr), figures: true },
    { head: "Share", cell: ({ mrr }) => <Share of={whole > 0 ? mrr.amountCents / whole : 0} />, figures: true },
    { head: "Net revenue", cell: ({ netRevenue }) => roundMoney(netRevenue), figures: true, minor: true },
  ];
  return (
    <Section title={t(title)}>
      <Table
        label={t(title)}
        rows={of}
        columns={columns}
        row={({ key }) => key}
        href={({ key }) => (NOT_LISTED.includes(key) ? undefined : link("/subscriptions", { [filter]: key }))}
      />
    </Section>
  );
}

function Share({ of }: { readonly of: number }) {
  return (
    <span className="share">
      <meter min={0} max={1} value={Math.max(of, 0)} aria-hidden="true" /> {percent(of, 0)}
    </span>
  );
}
