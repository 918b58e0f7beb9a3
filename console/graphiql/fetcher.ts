import type { Fetcher } from "@graphiql/toolkit";
import { send } from "../session/send";
import { lookUp, useSession } from "../session/session";
import { failure } from "../session/transport";

/** Runs what GraphiQL asks for, with the headers that were typed there. */
export const fetcher: Fetcher = async ({ query, variables, operationName }, options) => {
  const headers = new Headers(Object.entries(options?.headers ?? {}).map(([name, value]) => [name, String(value)]));
  const changes = /\bmutation\b/.test(query);
  const reply = await send<unknown>({ query, variables, operationName: present(operationName, query) }, { headers, changes });
  if (!failure(reply, "UNAUTHENTICATED")) showWho(headers.get("Authorization"));
  return reply as Awaited<ReturnType<Fetcher>>; // GraphiQL prints it as it came; its type wants GraphQL's error class
};

/** GraphiQL knows the name of what was just typed a moment late; until then it sends the name of what was there before. */
function present(name: string | null | undefined, query: string): string | null {
  return name && new RegExp(`\\b${name}\\b`).test(query) ? name : null;
}

/** The bar shows in whose name requests go out: the token's that was typed, else the cookie's. */
function showWho(token: string | null): void {
  const session = useSession.getState();
  const shown = session.state === "known" ? session.headers.get("Authorization") : null;
  if (shown !== token) void lookUp(token === null ? {} : { Authorization: token });
}
