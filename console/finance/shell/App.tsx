import { FreshSignInDialog } from "../../session/FreshSignInDialog";
import { SignInPanel } from "../../session/SignInPanel";
import { useSession } from "../../session/session";
import { Who } from "../../session/Who";
import { useLanguage } from "../../words/language";
import { t } from "../../words/words";
import { UndoDialog } from "../inbox/UndoDialog";
import { Notices } from "../look/notices";
import { Help } from "./Help";
import { Jump } from "./Jump";
import { Navigation } from "./Navigation";
import { Preferences } from "./Preferences";
import { Shown } from "./Shown";

/** The console: a bar with who is signed in, the navigation, and the page that the address names. */
export function App() {
  const { language } = useLanguage();
  document.documentElement.lang = language;
  return (
    <div className="console" key={language}>
      <a className="skip" href="#page">
        {t("Skip to the page")}
      </a>
      <header className="bar">
        <p className="brand">
          <a href="/">Petanque billing</a>
        </p>
        <Jump />
        <Preferences />
        <Who />
      </header>
      <Navigation />
      <main id="page">
        <SignInPanel />
        <ForFinance />
      </main>
      <Notices />
      <UndoDialog />
      <Help />
      <FreshSignInDialog />
    </div>
  );
}

/** The pages are for people with the finance role; others are told so. What was typed outlasts the session. */
function ForFinance() {
  const session = useSession();
  if (session.state === "nobody" && session.ended) return <Shown />;
  if (session.state !== "known") return null;
  if (session.viewer.roles.includes("SYS_FINANCE")) return <Shown />;
  return (
    <div className="empty">
      <h1>{t("This is for finance")}</h1>
      <p>{t("{actor} has not got the finance role. Whoever manages roles at your identity provider can give it.", { actor: session.viewer.actor })}</p>
    </div>
  );
}
