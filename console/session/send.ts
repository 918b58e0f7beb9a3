import { freshSignIn } from "./freshSignIn";
import { nobody, useSession } from "./session";
import { type Failure, failure, type Operation, type Reply, run } from "./transport";

/** How recent a sign-in has to be where the service does not say it: where there is none any more. */
const MAX_AGE_SECONDS = 300;

/** Run an operation in the name of whoever is signed in. Where the service wants a fresher sign-in, ask the person for
 * one and send the same again, once. `changes`: do so, too, where the session has ended, so that what was typed is not
 * lost. Rejects where the service cannot be reached. */
export async function send<Data>(operation: Operation, { headers = new Headers(), changes = false } = {}): Promise<Reply<Data>> {
  const before = actor();
  const { reply } = await run<Data>(operation, headers);
  if (headers.has("Authorization")) return reply;
  const ended = failure(reply, "UNAUTHENTICATED");
  if (ended) nobody();
  const stale = failure(reply, "FRESH_AUTH_REQUIRED") ?? (changes && before ? ended : undefined);
  if (!stale || !(await freshSignIn({ maxAgeSeconds: maxAge(stale) }))) return reply;
  const now = actor();
  return before === now ? (await run<Data>(operation, headers)).reply : keptBack(before, now);
}

function maxAge({ extensions }: Failure): number {
  return extensions?.max_age ?? MAX_AGE_SECONDS;
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
