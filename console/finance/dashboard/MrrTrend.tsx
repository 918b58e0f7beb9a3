import type { TrendMonthFragment } from "../../generated/graphql";
import { MonthChart } from "../charts/MonthChart";
import { type Day, daysFrom, month, monthStart } from "../../words/days";
import { number, roundMoney } from "../../words/figures";
import { t } from "../../words/words";
import type { Narrowing } from "../revenue/narrowed";
import { link } from "../route/location";

export interface TrendProps {
  readonly of: readonly TrendMonthFragment[];
  readonly currency: string;
  /** The last day that the last month tells of. */
  readonly to: Day;
  readonly narrowed: Narrowing;
}

/** The last day of the month, or of what is known of it. */
export function monthEnd(month: Day, to: Day): Day {
  const last = daysFrom(monthStart(month, 1), -1);
  return last < to ? last : to;
}

/** MRR at the end of each of twelve months. */
export function MrrTrend({ of, currency, to, narrowed }: TrendProps) {
  const months = of.map((one) => one.month);
  const values = of.map(({ mrr }) => mrr.amountCents);
  return (
    <MonthChart
      title={t("MRR, twelve months")}
      months={months}
      currency={currency}
      range={[0, Math.max(...values, 0)]}
      draw={({ x, y }) => {
        const line = values.map((value, place) => `${place === 0 ? "M" : "L"}${x(place)},${y(value)}`).join("");
        const area = `${line}L${x(values.length - 1)},${y(0)}L${x(0)},${y(0)}Z`;
        return (
          <>
            <path className="area" d={area} />
            <path className="line" d={line} />
            {values.map((value, place) => (
              <circle key={of[place]?.month} cx={x(place)} cy={y(value)} r={2.5} />
            ))}
          </>
        );
      }}
      href={(place) => link("/mrr", { ...narrowed, to: monthEnd(months[place] ?? to, to) })}
      tell={(place) => {
        const one = of[place];
        return (
          one && (
            <p>
              {month(one.month)} <strong>{roundMoney(one.mrr)}</strong>{" "}
              <span className="quiet">{t("{n} subscriptions", { n: number(one.activeSubscriptions) })}</span>
            </p>
          )
        );
      }}
    />
  );
}
