import { useSession } from "./session";

/** Says that nobody is signed in, and offers to. What was typed on the page stays where it is. */
export function SignInPanel() {
  const session = useSession();
  if (session.state !== "nobody") return null;
  const here = `${location.pathname}${location.search}`;
  return (
    <section className="sign-in" aria-label="Sign in">
      <p>
        <strong>{session.ended ? "Your session has ended." : "You are not signed in."}</strong> Sign in to ask and to
        change; what you have typed stays.
      </p>
      <a className="main" href={`/auth/login?return_to=${encodeURIComponent(here)}`}>
        Sign in
      </a>
    </section>
  );
}
