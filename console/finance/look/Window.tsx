import { type Day, daysFrom, monthStart, today } from "../../words/days";
import { type Phrase, t } from "../../words/words";
import { useFilters } from "../route/filters";
import { change } from "../route/location";

/** Days from the first to the last, both included. */
export interface Days {
  readonly from: Day;
  readonly to: Day;
}

/** The days that the address names; this month so far, where it names none. */
export function useWindow(usual: Days = thisMonth()): Days {
  const filters = useFilters();
  const [from, to] = [filters.day("from") ?? usual.from, filters.day("to") ?? usual.to];
  return from <= to ? { from, to } : { from: to, to: from };
}

export function thisMonth(): Days {
  return { from: monthStart(today()), to: today() };
}

function lastMonth(): Days {
  return { from: monthStart(today(), -1), to: daysFrom(monthStart(today()), -1) };
}

function thisYear(): Days {
  return { from: `${today().slice(0, 4)}-01-01`, to: today() };
}

const USUAL: readonly (readonly [Phrase, () => Days])[] = [
  ["This month", thisMonth],
  ["Last month", lastMonth],
  ["This year", thisYear],
];

/** Other days are another list, from its first page. */
function choose(days: Days): void {
  change({ ...days, after: undefined, before: undefined });
}

/** Chooses the days, and keeps them in the address. */
export function WindowChoice({ of: { from, to } }: { readonly of: Days }) {
  return (
    <>
      <span className="days">
        <label>
          <span>{t("from")}</span>
          <input type="date" value={from} max={to} onChange={(event) => event.target.value && choose({ from: event.target.value, to })} />
        </label>
        <label>
          <span>{t("to")}</span>
          <input type="date" value={to} min={from} onChange={(event) => event.target.value && choose({ from, to: event.target.value })} />
        </label>
      </span>
      <span className="usual">
        {USUAL.map(([name, days]) => (
          <button type="button" key={name} aria-pressed={days().from === from && days().to === to} onClick={() => choose(days())}>
            {t(name)}
          </button>
        ))}
      </span>
    </>
  );
}
