import { useState } from "react";
import { t } from "../words/words";
import { Freshness } from "./Freshness";
import { openSignIn } from "./freshSignIn";
import { signOut, useSession } from "./session";

/** Who is signed in, for how long they may change things, and the way out. */
export function Who() {
  const session = useSession();
  if (session.state === "unknown" && session.problem) return <p role="alert">{session.problem}</p>;
  if (session.state !== "known") return null;
  const { viewer, freshUntil, headers } = session;
  return (
    <>
      <p className="who">
        {viewer.actor} <span className="role">{t(viewer.roles.includes("SYS_FINANCE") ? "finance" : "no finance role")}</span>
      </p>
      <Freshness until={freshUntil} />
      {headers.has("Authorization") ? <p className="quiet">{t("by the token in Headers")}</p> : <Cookie />}
    </>
  );
}

/** What only a session with a cookie can do. */
function Cookie() {
  const [problem, setProblem] = useState("");
  return (
    <>
      {problem && <p role="alert">{problem}</p>}
      <button type="button" onClick={openSignIn}>
        {t("Prove it is you")}
      </button>
      <button type="button" onClick={() => signOut().catch((error: Error) => setProblem(error.message))}>
        {t("Sign out")}
      </button>
    </>
  );
}
