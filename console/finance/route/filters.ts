import type { Day } from "../../words/days";
import { usePlace } from "./location";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads what the address filters by. What is malformed, or no longer known, is as if it were not there. */
export interface Filters {
  text(name: string): string | undefined;
  day(name: string): Day | undefined;
  /** "yes", or nothing. */
  flag(name: string): true | undefined;
  one<Value extends string>(name: string, of: Readonly<Record<Value, unknown>>): Value | undefined;
  many<Value extends string>(name: string, of: Readonly<Record<Value, unknown>>): Value[] | undefined;
}

export function useFilters(): Filters {
  const query = usePlace((place) => place.query);
  const text = (name: string) => query.get(name) || undefined;
  const many = <Value extends string>(name: string, of: Readonly<Record<Value, unknown>>) => {
    const known = query.getAll(name).filter((value): value is Value => Object.hasOwn(of, value));
    return known.length ? known : undefined;
  };
  return {
    text,
    day: (name) => (isDay(text(name) ?? "") ? text(name) : undefined),
    flag: (name) => text(name) === "yes" || undefined,
    one: (name, of) => many(name, of)?.[0],
    many,
  };
}

function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text); // 30 February is read as 2 March
}

const ROWS = 50;

/** The part of a list that the address asks for, as the API's paging arguments. */
export function usePaging(rows = ROWS): { first?: number; after?: string; last?: number; before?: string } {
  const query = usePlace((place) => place.query);
  const [after, before] = [query.get("after"), query.get("before")];
  if (before) return { last: rows, before };
  return after ? { first: rows, after } : { first: rows };
}
