import { BeforeDocument, type DashboardQuery } from "../../generated/graphql";
import { type Day, days as spelled, daysFrom, monthStart, months as monthSpan } from "../../words/days";
import { number, roundMoney } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import type { Days } from "../look/Window";
import { dashboardFilter, type Narrowing } from "../revenue/narrowed";
import { useFilters } from "../route/filters";
import { link } from "../route/location";
import { before } from "./before";
import { amount, Change, Difference, figure, ratio, Tile } from "./Tile";

type Report = DashboardQuery["revenueDashboard"];

/** Who is counted as subscribing: all that pay, also late. */
const COUNTED = ["ACTIVE", "PAST_DUE"];

/** What the platform's own book holds the figures in: accounts, or what their numbers begin with. */
const ACCOUNTS = { cash: "19,1580,1589,2899", result: "3,4,5,6,7", marketing: "59" };

/** The figures of the window, with their change; each leads to the rows that made it. */
export function Tiles({ of, days, narrowed }: { readonly of: Report; readonly days: Days; readonly narrowed: Narrowing }) {
  const earlier = before(days);
  const asked = { document: BeforeDocument, variables: { filter: dashboardFilter(useFilters(), earlier) } };
  const was = useAsk(asked).data?.revenueDashboard;
  const within = (path: string) => link(path, { ...narrowed, ...days });
  const mrr = link("/mrr", { ...narrowed, to: days.to });
  const churn = link("/churn", { ...days });
  const subscribing = `${link("/subscriptions", narrowed)}${Object.values(narrowed).some(Boolean) ? "&" : "?"}${COUNTED.map((one) => `status=${one}`).join("&")}`;
  const quarter = completeMonths(days.to);
  const spent = link("/ledger", { book: "platform", account: ACCOUNTS.result, ...quarter });
  return (
    <>
      <dl className="tiles first">
        <Tile name="MRR" value={roundMoney(of.mrr)} about={<Change of={of.mrrChangeRatio} />} href={mrr} />
        <Tile name="Net revenue" {...figure(of.netRevenue, { was: was?.netRevenue })} href={within("/revenue")} />
        <Tile name="Platform fees" {...figure(of.platformFees, { was: was?.platformFees })} href={within("/revenue")} />
        <Tile name="Runway" made={t("Cash ÷ monthly burn")} href={spent} {...ratio(of.runwayMonths, { was: was?.runwayMonths }, months)} />
        <Tile name="Churn" href={churn} {...ratio(of.churnRate, { was: was?.churnRate, isCost: true })} />
      </dl>
      <dl className="tiles">
        <Tile name="ARR" value={roundMoney(of.arr)} about={<Change of={of.mrrChangeRatio} />} href={mrr} />
        <Tile name="Active subscriptions" {...count(of.activeSubscriptions, was?.activeSubscriptions)} href={subscribing} />
        <Tile name="Gross revenue" {...figure(of.grossRevenue, { was: was?.grossRevenue })} href={within("/revenue")} />
        <Tile name="VAT" {...figure(of.vat, { was: was?.vat, isCost: true })} href={within("/revenue")} />
        <Tile name="Refunds" {...figure(of.refunds, { was: was?.refunds, isCost: true })} href={within("/revenue")} />
        <Tile name="Provider's fee" {...figure(of.providerFees, { was: was?.providerFees, isCost: true })} href={within("/revenue")} />
        <Tile name="MRR lost" href={churn} {...ratio(of.revenueChurnRate, { was: was?.revenueChurnRate, isCost: true })} />
        <Tile name="Tenants lost" href={churn} {...ratio(of.logoChurnRate, { was: was?.logoChurnRate, isCost: true })} />
        <Tile name="Cash" href={link("/ledger", { book: "platform", account: ACCOUNTS.cash, to: days.to })} {...amount(of.cash, { was: was?.cash })} />
        <Tile
          name="Monthly burn"
          made={t("Costs less revenue, the mean of {days}", { days: monthSpan(quarter) })}
          href={spent}
          {...amount(of.monthlyBurn, { was: was?.monthlyBurn, isCost: true })}
        />
        <Tile
          name="CAC"
          made={t("Marketing ÷ new tenants, {days}", { days: monthSpan(quarter) })}
          href={link("/ledger", { book: "platform", account: ACCOUNTS.marketing, ...quarter })}
          {...amount(of.cac, { was: was?.cac, isCost: true })}
        />
        <Tile name="LTV : CAC" made={of.ltv.value ? t("LTV {amount}: MRR a tenant × gross margin ÷ tenants lost a month", { amount: roundMoney(of.ltv.value) }) : undefined} {...ratio(of.ltvToCac, { was: was?.ltvToCac }, times)} />
      </dl>
      <p className="as-of">{t("Changes are those from {days}.", { days: spelled(earlier.from, earlier.to) })}</p>
    </>
  );
}

/** The three months that were over on a day: burn, margin and CAC are theirs. */
function completeMonths(on: Day): Days {
  const after = monthStart(daysFrom(on, 1));
  return { from: monthStart(after, -3), to: daysFrom(after, -1) };
}

function count(now: number, was: number | undefined) {
  return { value: number(now), about: <Difference now={now} was={was} show={number} /> };
}

function months(value: number): string {
  return t("{n} months", { n: number(Math.round(value * 10) / 10) });
}

function times(value: number): string {
  return `${number(Math.round(value * 10) / 10)} ×`;
}
