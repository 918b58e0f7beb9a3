import { t } from "../words/words";
import { useSession } from "./session";

/** Says that nobody is signed in, and offers to. What was typed on the page stays where it is. */
export function SignInPanel() {
  const session = useSession();
  if (session.state !== "nobody") return null;
  const here = `${location.pathname}${location.search}`;
  return (
    <section className="sign-in" aria-label={t("Sign in")}>
      <p>
        <strong>{t(session.ended ? "Your session has ended." : "You are not signed in.")}</strong>{" "}
        {t("Sign in to ask and to change; what you have typed stays.")}
      </p>
      <a className="main" href={`/auth/login?return_to=${encodeURIComponent(here)}`}>
        {t("Sign in")}
      </a>
    </section>
  );
}
