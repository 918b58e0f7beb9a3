import { useLanguage } from "./language";
import { SWEDISH } from "./swedish";

/** Everything that the pages say, in English. A phrase without a translation does not compile. */
export type Phrase = keyof typeof SWEDISH;

/** What a phrase leaves open, by the names in its braces. */
export type Values = Readonly<Record<string, string | number>>;

/** What the service says, in the language of the page where it is one of these phrases: else as it is. */
export function told(sentence: string): string;
export function told(sentence: string | null): string | null;
export function told(sentence: string | null): string | null {
  return sentence !== null && Object.hasOwn(SWEDISH, sentence) ? t(sentence as Phrase) : sentence;
}

/** The phrase in the language of the page. */
export function t(phrase: Phrase, values: Values = {}): string {
  const text: string = useLanguage.getState().language === "sv" ? SWEDISH[phrase] : phrase;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
