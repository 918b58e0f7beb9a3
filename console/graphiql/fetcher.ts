import type { Fetcher } from "@graphiql/toolkit";
import { freshSignIn } from "../session/freshSignIn";
import { lookUp, nobody, useSession } from "../session/session";
import { failure, type Operation, type Reply, run } from "../session/transport";

/** Runs what GraphiQL asks for, with the headers that were typed there. */
export const fetcher: Fetcher = async ({ query, variables, operationName }, options) => {
  const operation: Operation = { query, variables, operationName: present(operationName, query) };
  const headers = new Headers(Object.entries(options?.headers ?? {}).map(([name, value]) => [name, String(value)]));
  const { reply } = await run<unknown>(operation, headers);
  const settled = headers.has("Authorization") ? reply : await withSignIn(operation, headers, reply);
  if (!failure(reply, "UNAUTHENTICATED")) showWho(headers.get("Authorization"));
  return settled as Awaited<ReturnType<Fetcher>>; // GraphiQL prints it as it came; its type wants GraphQL's error class
};

/** GraphiQL knows the name of what was just typed a moment late; until then it sends the name of what was there before. */
function present(name: string | null | undefined, query: string): string | null {
  return name && new RegExp(`\\b${name}\\b`).test(query) ? name : null;
}

/** Where the service wants a fresher sign-in, ask the person for one and send the same again, once. */
async function withSignIn(operation: Operation, headers: Headers, reply: Reply<unknown>): Promise<Reply<unknown>> {
  if (failure(reply, "UNAUTHENTICATED")) nobody();
  const stale = failure(reply, "FRESH_AUTH_REQUIRED");
  if (!stale) return reply;
  const before = actor();
  if (!(await freshSignIn({ maxAgeSeconds: stale.extensions?.max_age ?? 0 }))) return reply;
  const now = actor();
  return before === now ? (await run<unknown>(operation, headers)).reply : keptBack(before, now);
}

function actor(): string | undefined {
  const session = useSession.getState();
  return session.state === "known" ? session.viewer.actor : undefined;
}

/** What one person wrote is not sent in the name of another who then signed in. */
function keptBack(before = "somebody unknown", now = "nobody"): Reply<unknown> {
  return { errors: [{ message: `${before} wrote this request, but ${now} has signed in: it was not sent again.` }] };
}

/** The bar shows in whose name requests go out: the token's that was typed, else the cookie's. */
function showWho(token: string | null): void {
  const session = useSession.getState();
  const shown = session.state === "known" ? session.headers.get("Authorization") : null;
  if (shown !== token) void lookUp(token === null ? {} : { Authorization: token });
}
