import { BeforeDocument, type DashboardQuery } from "../../generated/graphql";
import { days as spelled } from "../../words/days";
import { number, roundMoney } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import type { Days } from "../look/Window";
import { dashboardFilter, type Narrowing } from "../revenue/narrowed";
import { useFilters } from "../route/filters";
import { link } from "../route/location";
import { before } from "./before";
import { amount, Change, Difference, ratio, Tile } from "./Tile";

type Report = DashboardQuery["revenueDashboard"];

/** Who is counted as subscribing: all that pay, also late. */
const COUNTED = ["ACTIVE", "PAST_DUE"];

/** The figures of the window, with their change; each leads to the rows that made it. */
export function Tiles({ of, days, narrowed }: { readonly of: Report; readonly days: Days; readonly narrowed: Narrowing }) {
  const earlier = before(days);
  const asked = { document: BeforeDocument, variables: { filter: dashboardFilter(useFilters(), earlier) } };
  const was = useAsk(asked).data?.revenueDashboard;
  const within = (path: string) => link(path, { ...narrowed, ...days });
  const mrr = link("/mrr", { ...narrowed, to: days.to });
  const subscribing = `${link("/subscriptions", narrowed)}${Object.values(narrowed).some(Boolean) ? "&" : "?"}${COUNTED.map((one) => `status=${one}`).join("&")}`;
  return (
    <>
      <dl className="tiles first">
        <Tile name="MRR" value={roundMoney(of.mrr)} about={<Change of={of.mrrChangeRatio} />} href={mrr} />
        <Tile name="Net revenue" value={roundMoney(of.netRevenue)} about={<Difference now={of.netRevenue} was={was?.netRevenue} />} href={within("/revenue")} />
        <Tile name="Platform fees" value={roundMoney(of.platformFees)} about={<Difference now={of.platformFees} was={was?.platformFees} />} href={within("/revenue")} />
        <Tile name="Runway" {...ratio(of.runwayMonths, months)} />
        <Tile name="Churn" {...ratio(of.churnRate)} href={link("/churn", { ...days })} />
      </dl>
      <dl className="tiles">
        <Tile name="ARR" value={roundMoney(of.arr)} href={mrr} />
        <Tile name="Active subscriptions" value={number(of.activeSubscriptions)} href={subscribing} />
        <Tile name="Gross revenue" value={roundMoney(of.grossRevenue)} about={<Difference now={of.grossRevenue} was={was?.grossRevenue} />} href={within("/revenue")} />
        <Tile name="VAT" value={roundMoney(of.vat)} href={within("/revenue")} />
        <Tile name="Refunds" value={roundMoney(of.refunds)} about={<Difference now={of.refunds} was={was?.refunds} isCost />} href={within("/revenue")} />
        <Tile name="Provider's fee" value={roundMoney(of.providerFees)} about={<Difference now={of.providerFees} was={was?.providerFees} isCost />} href={within("/revenue")} />
        <Tile name="MRR lost" {...ratio(of.revenueChurnRate)} href={link("/churn", { ...days })} />
        <Tile name="Tenants lost" {...ratio(of.logoChurnRate)} href={link("/churn", { ...days })} />
        <Tile name="Cash" {...amount(of.cash)} href={link("/ledger", { book: "platform", to: days.to })} />
        <Tile name="Monthly burn" {...amount(of.monthlyBurn)} />
        <Tile name="CAC" {...amount(of.cac)} />
        <Tile name="LTV : CAC" about={of.ltv.value && `LTV ${roundMoney(of.ltv.value)}`} {...ratio(of.ltvToCac, times)} />
      </dl>
      <p className="as-of">{t("Changes are those from {days}.", { days: spelled(earlier.from, earlier.to) })}</p>
    </>
  );
}

function months(value: number): string {
  return t("{n} months", { n: number(Math.round(value * 10) / 10) });
}

function times(value: number): string {
  return `${number(Math.round(value * 10) / 10)} ×`;
}
