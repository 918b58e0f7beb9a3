import { locale } from "./language";

/** A day as YYYY-MM-DD. */
export type Day = string;

/** E.g. "22 Nov 2026". */
export function day(on: Day): string {
  return show({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }, on);
}

/** From the first day to the last: "1 – 28 Nov 2026", without saying twice what is the same. */
export function days(from: Day, to: Day): string {
  const spelled = new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return spelled.formatRange(new Date(from), new Date(to));
}

/** The months from the first day to the last: "Aug – Oct 2026". */
export function months({ from, to }: { readonly from: Day; readonly to: Day }): string {
  const spelled = new Intl.DateTimeFormat(locale(), { month: "short", year: "numeric", timeZone: "UTC" });
  return spelled.formatRange(new Date(from), new Date(to));
}

/** E.g. "Nov 2026". */
export function month(on: Day): string {
  return show({ month: "short", year: "numeric", timeZone: "UTC" }, on);
}

/** E.g. "Nov", where the year is clear. */
export function shortMonth(on: Day): string {
  return show({ month: "short", timeZone: "UTC" }, on);
}

/** An instant in this computer's time zone: "22 Nov 2026, 14:05". */
export function moment(at: string): string {
  return show({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }, at);
}

/** The time of day of an instant: "14:05". */
export function time(at: string): string {
  return show({ hour: "2-digit", minute: "2-digit" }, at);
}

/** Today, as people here count it. */
export function today(): Day {
  return iso(new Date(Date.now() - new Date().getTimezoneOffset() * 60_000));
}

/** The instant at which a day begins in this computer's time zone, as `moment` and `time` show it. */
export function dayStart(on: Day): string {
  return new Date(`${on}T00:00:00`).toISOString();
}

/** The first day of the month that lies so many months away from that of a day. */
export function monthStart(on: Day, months = 0): Day {
  const at = new Date(`${on.slice(0, 7)}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return iso(at);
}

/** The day that lies so many days away. */
export function daysFrom(on: Day, days: number): Day {
  return iso(new Date(Date.parse(`${on}T00:00:00Z`) + days * 86_400_000));
}

function iso(at: Date): Day {
  return at.toISOString().slice(0, 10);
}

function show(options: Intl.DateTimeFormatOptions, at: string): string {
  return new Intl.DateTimeFormat(locale(), options).format(new Date(at));
}
