import { day } from "./days";
import { digits, money } from "./figures";

const AMOUNT = /^(-?[\d\u00a0]+(?:\.\d+)?) ([A-Z]{3})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What the service tells with a refusal, as people read it: amounts and days as the page writes them, texts as they are. */
export function factsOf(details: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(details).map(([name, fact]) => [name, spelled(String(fact))]));
}

function spelled(fact: string): string {
  const [, figure, currency] = AMOUNT.exec(fact) ?? [];
  if (figure && currency) return money({ amountCents: Math.round(Number(figure.replaceAll("\u00a0", "")) * 10 ** digits(currency)), currency });
  return DAY.test(fact) ? day(fact) : fact;
}
