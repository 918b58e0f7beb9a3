import { create } from "zustand";

export type Theme = "system" | "light" | "dark";

const KEPT = "petanque:theme";

export const useTheme = create<{ readonly theme: Theme }>(() => ({ theme: kept() }));

/** Light, dark, or as the system is; also on the next visit. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEPT, theme);
  useTheme.setState({ theme });
  showTheme();
}

/** Tells the style sheets. */
export function showTheme(): void {
  const { theme } = useTheme.getState();
  document.documentElement.style.colorScheme = theme === "system" ? "light dark" : theme;
}

function kept(): Theme {
  const found = localStorage.getItem(KEPT);
  return found === "light" || found === "dark" ? found : "system";
}
