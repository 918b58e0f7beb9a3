import { useState } from "react";
import { Freshness } from "./Freshness";
import { openSignIn } from "./freshSignIn";
import { type Session, signOut, useSession } from "./session";

/** Who is signed in, for how long they may change things, and the way out. */
export function Bar({ title }: { readonly title: string }) {
  const session = useSession();
  return (
    <header className="bar">
      <h1>
        Petanque billing <span>{title}</span>
      </h1>
      {session.state === "known" && <Known session={session} />}
      {session.state === "unknown" && session.problem && <p role="alert">{session.problem}</p>}
    </header>
  );
}

function Known({ session }: { readonly session: Extract<Session, { state: "known" }> }) {
  const { viewer, freshUntil, headers } = session;
  return (
    <>
      <p className="who">
        {viewer.actor} <span className="role">{viewer.roles.includes("SYS_FINANCE") ? "finance" : "no finance role"}</span>
      </p>
      <Freshness until={freshUntil} />
      {headers.has("Authorization") ? <p className="quiet">by the token in Headers</p> : <Cookie />}
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
        Prove it is you
      </button>
      <button type="button" onClick={() => signOut().catch((error: Error) => setProblem(error.message))}>
        Sign out
      </button>
    </>
  );
}
