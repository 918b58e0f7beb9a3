/** One GraphQL operation, as the service takes it. */
export interface Operation {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string | null | undefined;
}

export interface Failure {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly max_age?: number };
}

export interface Reply<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly Failure[];
}

/** A reply, and the service's clock when it was sent, in milliseconds since 1970. */
export interface Answer<Data> {
  readonly reply: Reply<Data>;
  readonly sentAt: number;
}

/** What tells the service that the request comes from its own page: no other site can send it along with a cookie. */
const OWN_PAGE = { "X-Requested-With": "petanque-console" };

/** Ask the service, with the session's cookie. Rejects where it cannot be reached. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(OWN_PAGE)) headers.set(name, value);
  try {
    return await fetch(path, { ...init, headers, credentials: "same-origin", redirect: "error" });
  } catch (cause) {
    throw new Error("The service cannot be reached just now.", { cause });
  }
}

/** Run an operation once, with headers of the caller's own. Rejects where the service cannot be reached, and where something
 * before it answers: what became of the operation is then not known. */
export async function run<Data>(operation: Operation, own?: HeadersInit): Promise<Answer<Data>> {
  const headers = new Headers(own);
  headers.set("Content-Type", "application/json");
  headers.set("Accept", "application/graphql-response+json, application/json;q=0.9");
  const response = await ask("/graphql", { method: "POST", headers, body: JSON.stringify(operation) });
  const date = Date.parse(response.headers.get("Date") ?? "");
  return { reply: await replyOf(response), sentAt: Number.isNaN(date) ? Date.now() : date };
}

async function replyOf<Data>(response: Response): Promise<Reply<Data>> {
  if (response.headers.get("Content-Type")?.includes("json")) return (await response.json()) as Reply<Data>;
  throw new Error(`The service answered ${response.status}, and not with GraphQL.`);
}

/** The first error with this code. */
export function failure(reply: Reply<unknown>, code: string): Failure | undefined {
  return reply.errors?.find((error) => error.extensions?.code === code);
}
