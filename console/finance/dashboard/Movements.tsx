import type { TrendMonthFragment } from "../../generated/graphql";
import { type Grid, MonthChart } from "../charts/MonthChart";
import { month } from "../../words/days";
import { link } from "../route/location";
import { monthEnd, type TrendProps } from "./MrrTrend";
import { roundMoney } from "../../words/figures";
import { type Phrase, t } from "../../words/words";

type Movement = "newMrr" | "expansionMrr" | "reactivationMrr" | "resumedMrr" | "contractionMrr" | "churnedMrr" | "pausedMrr" | "fxMrr";

const MOVEMENTS: Record<Movement, Phrase> = {
  newMrr: "New",
  expansionMrr: "Expansion",
  reactivationMrr: "Came back",
  resumedMrr: "Resumed",
  contractionMrr: "Contraction",
  churnedMrr: "Churned",
  pausedMrr: "Paused",
  fxMrr: "Exchange rates",
};

const KINDS = Object.keys(MOVEMENTS) as Movement[];

/** What moved MRR in each month: gains above the line, losses below it, on a scale of their own. */
export function Movements({ of, currency, to, narrowed }: TrendProps) {
  const months = of.map((one) => one.month);
  const gained = of.map((one) => sum(one, (cents) => cents > 0));
  const lost = of.map((one) => sum(one, (cents) => cents < 0));
  return (
    <MonthChart
      title={t("What moved MRR")}
      months={months}
      currency={currency}
      range={[Math.min(...lost, 0), Math.max(...gained, 0)]}
      draw={(grid) => (
        <>
          <Bars className="gained" cents={gained} grid={grid} />
          <Bars className="lost" cents={lost} grid={grid} />
        </>
      )}
      href={(place) => link("/mrr", { ...narrowed, from: months[place], to: monthEnd(months[place] ?? to, to) })}
      tell={(place) => of[place] && <Told of={of[place]} />}
    />
  );
}

function Bars({ className, cents, grid: { x, y, band } }: { readonly className: string; readonly cents: readonly number[]; readonly grid: Grid }) {
  const width = Math.min(band * 0.55, 26);
  return cents.map((one, place) => (
    <rect
      key={place}
      className={className}
      x={x(place) - width / 2}
      width={width}
      y={Math.min(y(one), y(0))}
      height={Math.abs(y(one) - y(0))}
      rx={1.5}
    />
  ));
}

function Told({ of }: { readonly of: TrendMonthFragment }) {
  const moved = KINDS.filter((kind) => of[kind].amountCents !== 0);
  return (
    <p>
      {month(of.month)}{" "}
      {moved.length === 0 && <span className="quiet">{t("nothing moved")}</span>}
      {moved.map((kind) => (
        <span key={kind} className="quiet">
          {t(MOVEMENTS[kind])} <strong className={of[kind].amountCents < 0 ? "negative" : "positive"}>{roundMoney(of[kind])}</strong>{" "}
        </span>
      ))}
    </p>
  );
}

function sum(of: TrendMonthFragment, counts: (cents: number) => boolean): number {
  return KINDS.map((kind) => of[kind].amountCents)
    .filter(counts)
    .reduce((all, one) => all + one, 0);
}
