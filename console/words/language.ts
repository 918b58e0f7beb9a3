import { create } from "zustand";

export type Language = "en" | "sv";

const KEPT = "petanque:language";

/** The language of the page, as chosen here before, else as the browser prefers. */
export const useLanguage = create<{ readonly language: Language }>(() => ({ language: kept() ?? preferred() }));

/** Speak this language from now on, also on the next visit. */
export function speak(language: Language): void {
  localStorage.setItem(KEPT, language);
  useLanguage.setState({ language });
}

/** The locale of figures and days: the browser's own variety of the language, where it has one. */
export function locale(): string {
  const { language } = useLanguage.getState();
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? { en: "en-GB", sv: "sv-SE" }[language];
}

function kept(): Language | undefined {
  const found = localStorage.getItem(KEPT);
  return found === "en" || found === "sv" ? found : undefined;
}

function preferred(): Language {
  return navigator.language.startsWith("sv") ? "sv" : "en";
}
