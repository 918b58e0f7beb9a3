import { type Language, speak, useLanguage } from "../../words/language";
import { t } from "../../words/words";
import { chooseTheme, type Theme, useTheme } from "./theme";

/** The language and the colours. */
export function Preferences() {
  const { language } = useLanguage();
  const { theme } = useTheme();
  return (
    <div className="preferences">
      <select aria-label={t("Language")} value={language} onChange={(event) => speak(event.target.value as Language)}>
        <option value="en">English</option>
        <option value="sv">Svenska</option>
      </select>
      <select aria-label={t("Colours")} value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
        <option value="system">{t("As the system")}</option>
        <option value="light">{t("Light")}</option>
        <option value="dark">{t("Dark")}</option>
      </select>
    </div>
  );
}
