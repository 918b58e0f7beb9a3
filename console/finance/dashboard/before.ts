import { type Day, daysFrom, monthStart } from "../../words/days";
import type { Days } from "../look/Window";

/** The days to hold a window against: of one that starts with a month, the same days of as many months before; of
 * another, as many days right before it. */
export function before({ from, to }: Days): Days {
  if (!from.endsWith("-01")) return { from: daysFrom(from, -length({ from, to })), to: daysFrom(from, -1) };
  const months = monthOf(to) - monthOf(from) + 1;
  return { from: monthStart(from, -months), to: sameDay(to, -months) };
}

function length({ from, to }: Days): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
}

function monthOf(on: Day): number {
  return Number(on.slice(0, 4)) * 12 + Number(on.slice(5, 7));
}

/** So many months away; the last day of a month stays one, and so does a day that the other month has not got. */
function sameDay(on: Day, months: number): Day {
  const last = daysFrom(monthStart(on, months + 1), -1);
  const isLast = daysFrom(on, 1).endsWith("-01");
  const same = `${last.slice(0, 8)}${on.slice(8)}`;
  return isLast || same > last ? last : same;
}
