import { create } from "zustand";
import { ask, failure, run } from "./transport";

export interface Viewer {
  readonly actor: string;
  readonly roles: readonly string[];
  readonly freshUntil: string | null;
  readonly isFresh: boolean;
}

/** Who is using the page. `freshUntil` is on this computer's clock, in milliseconds since 1970; 0: not fresh. */
export type Session =
  | { readonly state: "unknown"; readonly problem?: string }
  | { readonly state: "nobody"; readonly ended: boolean }
  | { readonly state: "known"; readonly viewer: Viewer; readonly freshUntil: number; readonly headers: Headers };

export const useSession = create<Session>(() => ({ state: "unknown" }));

const VIEWER = "query Viewer { viewer { actor roles freshUntil isFresh } }";

/** Ask the service who this is, by the cookie or by `own` headers. */
export async function lookUp(own?: HeadersInit): Promise<void> {
  try {
    await lookAgain(own);
  } catch (error) {
    useSession.setState({ state: "unknown", problem: (error as Error).message }, true);
  }
}

/** The same, where somebody is shown already: they stay so where the service does not say, and this rejects. */
export async function lookAgain(own?: HeadersInit): Promise<void> {
  const headers = new Headers(own);
  const { reply, sentAt } = await run<{ viewer: Viewer }>({ query: VIEWER }, headers);
  if (failure(reply, "UNAUTHENTICATED")) return nobody();
  if (!reply.data) throw new Error(reply.errors?.[0]?.message ?? "The service did not say who you are.");
  const { viewer } = reply.data;
  useSession.setState({ state: "known", viewer, freshUntil: onOurClock(viewer, sentAt), headers }, true);
}

/** Who is signed in, as far as the page knows. */
export function actor(): string | undefined {
  const session = useSession.getState();
  return session.state === "known" ? session.viewer.actor : undefined;
}

/** Nobody is signed in any more. */
export function nobody(): void {
  const { state } = useSession.getState();
  if (state !== "nobody") useSession.setState({ state: "nobody", ended: state === "known" }, true);
}

/** End the session, and leave nothing of its answers on the screen. Rejects where that did not work. */
export async function signOut(): Promise<void> {
  const response = await ask("/auth/logout", { method: "POST" });
  if (!response.ok && response.status !== 401) throw new Error(`Signing out failed: the service answered ${response.status}.`);
  location.reload();
}

/** Computers' clocks differ; what counts is how long the service says it is from its own now. */
function onOurClock(viewer: Viewer, sentAt: number): number {
  if (!viewer.isFresh || viewer.freshUntil === null) return 0;
  return Date.now() + Date.parse(viewer.freshUntil) - sentAt;
}
