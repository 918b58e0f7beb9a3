import { freshSignIn } from "./freshSignIn";
import { t } from "../words/words";
import { actor, lookAgain, nobody } from "./session";
import { type Failure, failure, type Operation, type Reply, run } from "./transport";

/** How recent a sign-in has to be where the service does not say it: where there is none any more. */
const MAX_AGE_SECONDS = 300;

interface Sending {
  readonly headers?: Headers;
  readonly changes?: boolean;
  readonly author?: string | undefined;
}

/** Run an operation in the name of whoever is signed in. Where the service wants a fresher sign-in, ask the person for
 * one and send the same again, once. `changes`: do so, too, where the session has ended, so that what was typed is not
 * lost; and see first that who signed in is still the `author`: in another tab somebody else may have. Where that cannot be
 * seen, nothing is sent, and the answer says so (NOT_SENT). Rejects where the service cannot be reached. */
export async function send<Data>(operation: Operation, { headers = new Headers(), changes = false, author = actor() }: Sending = {}): Promise<Reply<Data>> {
  if (headers.has("Authorization")) return (await run<Data>(operation, headers)).reply;
  const held = changes && author ? await heldBack(author) : undefined;
  if (held) return held;
  const { reply } = await run<Data>(operation, headers);
  const ended = failure(reply, "UNAUTHENTICATED");
  if (ended) nobody();
  const stale = failure(reply, "FRESH_AUTH_REQUIRED") ?? (changes && author ? ended : undefined);
  if (!stale || !(await freshSignIn({ maxAgeSeconds: maxAge(stale) }))) return reply;
  return author === actor() ? (await run<Data>(operation, headers)).reply : ofAnother(author, actor());
}

/** Why a change is not sent, if it is not: somebody else is signed in by now, or it cannot be known who is. */
async function heldBack(author: string): Promise<Reply<never> | undefined> {
  try {
    await lookAgain();
  } catch (error) {
    return { errors: [{ message: (error as Error).message, extensions: { code: "NOT_SENT" } }] };
  }
  const now = actor();
  return now && now !== author ? ofAnother(author, now) : undefined;
}

function maxAge({ extensions }: Failure): number {
  return extensions?.max_age ?? MAX_AGE_SECONDS;
}

/** What one person wrote is not sent in the name of another who then signed in. */
function ofAnother(author = t("somebody unknown"), now = t("nobody")): Reply<never> {
  const message = t("{author} wrote this, but {now} is signed in now: it was not carried out.", { author, now });
  return { errors: [{ message, extensions: { code: "FORBIDDEN" } }] };
}
