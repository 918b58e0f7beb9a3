import type { DashboardQuery } from "../../generated/graphql";
import { number, roundMoney } from "../../words/figures";
import { t } from "../../words/words";
import type { Days } from "../look/Window";
import { link } from "../route/location";
import { amount, Change, ratio, Tile } from "./Tile";

type Report = DashboardQuery["revenueDashboard"];

/** The figures of the window; each leads to the rows that made it. */
export function Tiles({ of, days, narrowed }: { readonly of: Report; readonly days: Days; readonly narrowed: Readonly<Record<string, string | undefined>> }) {
  const within = (path: string) => link(path, { ...narrowed, ...days });
  return (
    <>
      <dl className="tiles first">
        <Tile name="MRR" value={roundMoney(of.mrr)} about={<Change of={of.mrrChangeRatio} />} href={link("/subscriptions", { ...narrowed, status: "ACTIVE" })} />
        <Tile name="Net revenue" value={roundMoney(of.netRevenue)} about={t("of {gross} collected", { gross: roundMoney(of.grossRevenue) })} href={within("/payments")} />
        <Tile name="Platform fees" value={roundMoney(of.platformFees)} href={within("/platform-fees")} />
        <Tile name="Runway" {...ratio(of.runwayMonths, months)} />
        <Tile name="Churn" {...ratio(of.churnRate)} href={link("/churn", { ...days })} />
      </dl>
      <dl className="tiles">
        <Tile name="ARR" value={roundMoney(of.arr)} />
        <Tile name="Active subscriptions" value={number(of.activeSubscriptions)} href={link("/subscriptions", narrowed)} />
        <Tile name="Refunds" value={roundMoney(of.refunds)} href={within("/refunds")} />
        <Tile name="Provider's fee" value={roundMoney(of.providerFees)} />
        <Tile name="VAT" value={roundMoney(of.vat)} />
        <Tile name="Tenants lost" {...ratio(of.logoChurnRate)} />
        <Tile name="MRR lost" {...ratio(of.revenueChurnRate)} />
        <Tile name="Cash" {...amount(of.cash)} />
        <Tile name="Monthly burn" {...amount(of.monthlyBurn)} />
        <Tile name="LTV" {...amount(of.ltv)} />
        <Tile name="CAC" {...amount(of.cac)} />
        <Tile name="LTV : CAC" {...ratio(of.ltvToCac, times)} />
      </dl>
    </>
  );
}

function months(value: number): string {
  return t("{n} months", { n: number(Math.round(value * 10) / 10) });
}

function times(value: number): string {
  return `${number(Math.round(value * 10) / 10)} ×`;
}
