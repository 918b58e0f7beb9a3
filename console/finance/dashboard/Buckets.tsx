import type { BucketFragment } from "../../generated/graphql";
import { country } from "../../words/countries";
import { number, percent, roundMoney } from "../../words/figures";
import { type Phrase, t, told } from "../../words/words";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import type { Days } from "../look/Window";
import { Link } from "../route/Link";
import type { Narrowing } from "../revenue/narrowed";
import { link } from "../route/location";

interface BucketsProps {
  readonly title: Phrase;
  readonly of: readonly BucketFragment[];
  /** The filter of a list that a bucket stands for. */
  readonly filter: "plan" | "country" | "tenant";
  readonly days: Days;
  readonly narrowed: Narrowing;
}

/** Buckets that are none of the list's own: what belongs to none, and the rest. */
const NOT_LISTED = ["none", "other"];

/** The revenue by plan, country or tenant: the parts add up to the whole. A row narrows the dashboard to it, a figure leads to its
 * rows. */
export function Buckets({ title, of, filter, days, narrowed }: BucketsProps) {
  const whole = of.reduce((sum, { mrr }) => sum + mrr.amountCents, 0);
  const to = (path: string, key: string, within: Partial<Days>) => link(path, { ...narrowed, [filter]: key, ...within });
  const rows = (path: string, key: string, within: Partial<Days>, figure: string) =>
    NOT_LISTED.includes(key) ? figure : <Link href={to(path, key, within)}>{figure}</Link>;
  const columns: readonly Column<BucketFragment>[] = [
    { head: "Name", cell: (bucket) => called(bucket, filter), text: true },
    { head: "Subscriptions", cell: ({ key, activeSubscriptions }) => rows("/subscriptions", key, {}, number(activeSubscriptions)), figures: true, minor: true },
    { head: "MRR", cell: ({ key, mrr }) => rows("/mrr", key, { to: days.to }, roundMoney(mrr)), figures: true },
    { head: "Share", cell: ({ mrr }) => <Share of={whole > 0 ? mrr.amountCents / whole : 0} />, figures: true },
    { head: "Net revenue", cell: ({ key, netRevenue }) => rows("/revenue", key, days, roundMoney(netRevenue)), figures: true, minor: true },
  ];
  return (
    <Section title={t(title)}>
      <Table
        label={t(title)}
        rows={of}
        sums
        columns={columns}
        row={({ key }) => key}
        href={({ key }) => (NOT_LISTED.includes(key) ? undefined : to("/", key, days))}
      />
    </Section>
  );
}

/** As the language of the page calls it, where it does. */
function called({ key, label }: BucketFragment, filter: BucketsProps["filter"]): string {
  if (key === "other") return t("Other");
  return filter === "country" && key !== "none" ? country(key) : told(label);
}

function Share({ of }: { readonly of: number }) {
  return (
    <span className="share">
      <meter min={0} max={1} value={Math.max(of, 0)} aria-hidden="true" /> {percent(of, 0)}
    </span>
  );
}
