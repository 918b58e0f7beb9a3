import { freshSignIn } from "./freshSignIn";
import { nobody, useSession } from "./session";
import { failure, type Operation, type Reply, run } from "./transport";

/** Run an operation in the name of whoever is signed in. Where the service wants a fresher sign-in, ask the person for
 * one and send the same again, once. Rejects where the service cannot be reached. */
export async function send<Data>(operation: Operation, headers = new Headers()): Promise<Reply<Data>> {
  const { reply } = await run<Data>(operation, headers);
  if (headers.has("Authorization")) return reply;
  if (failure(reply, "UNAUTHENTICATED")) nobody();
  const stale = failure(reply, "FRESH_AUTH_REQUIRED");
  if (!stale) return reply;
  const before = actor();
  if (!(await freshSignIn({ maxAgeSeconds: stale.extensions?.max_age ?? 0 }))) return reply;
  const now = actor();
  return before === now ? (await run<Data>(operation, headers)).reply : keptBack(before, now);
}

function actor(): string | undefined {
  const session = useSession.getState();
  return session.state === "known" ? session.viewer.actor : undefined;
}

/** What one person wrote is not sent in the name of another who then signed in. */
function keptBack(before = "somebody unknown", now = "nobody"): Reply<never> {
  const message = `${before} wrote this request, but ${now} has signed in: it was not sent again.`;
  return { errors: [{ message, extensions: { code: "FORBIDDEN" } }] };
}
