import { locale } from "./language";

/** The name of a country, by its ISO code; the code itself where it is none. */
export function country(code: string): string {
  try {
    return new Intl.DisplayNames(locale(), { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}
