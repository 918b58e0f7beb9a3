import { locale } from "./language";

/** Whole minor units of one currency, as the API sends them. */
export interface Amount {
  readonly amountCents: number;
  readonly currency: string;
}

/** E.g. "1 234,50 kr" or "€1,234.50": with the digits that the currency has. */
export function money({ amountCents, currency }: Amount): string {
  return format(currency).format(amountCents / 10 ** digits(currency));
}

/** Without the minor unit, where only the size matters: "€12,345". */
export function roundMoney({ amountCents, currency }: Amount): string {
  return format(currency, { maximumFractionDigits: 0, signDisplay: "negative" }).format(amountCents / 10 ** digits(currency));
}

/** For an axis: "€12k". */
export function shortMoney({ amountCents, currency }: Amount): string {
  return format(currency, { notation: "compact", maximumFractionDigits: 1 }).format(amountCents / 10 ** digits(currency));
}

/** For an input field: "1234,50", in the decimal sign of the language. */
export function plainMoney({ amountCents, currency }: Amount): string {
  const places = digits(currency);
  const options = { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: false };
  return new Intl.NumberFormat(locale(), options).format(amountCents / 10 ** places).replace("\u2212", "-");
}

/** What was typed, in minor units; undefined where it is no amount of this currency. */
export function typedCents(text: string, currency: string): number | undefined {
  const found = /^(-?\d+)(?:[.,](\d+))?$/.exec(text.replace(/[\s\u00a0\u202f']/g, "").replace("\u2212", "-"));
  const [, whole = "", fraction = ""] = found ?? [];
  const places = digits(currency);
  if (!found || fraction.length > places) return undefined;
  return Number(whole + fraction.padEnd(places, "0"));
}

/** How many decimals the currency has: 2, or 0 for JPY. */
export function digits(currency: string): number {
  return format(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** An amount in euro, the currency of the reports. */
export function eur(amountCents: number): Amount {
  return { amountCents, currency: "EUR" };
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** A ratio as a percentage. */
export function percent(ratio: number, decimals = 1): string {
  const options = { style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals } as const;
  return new Intl.NumberFormat(locale(), options).format(ratio);
}

function format(currency: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return new Intl.NumberFormat(locale(), { style: "currency", currency, ...options });
}
