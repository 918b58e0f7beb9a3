import { create } from "zustand";
import { lookUp } from "./session";

const SIGN_IN = "/auth/login?mode=popup&max_age=0";

/** What waits for a fresh sign-in, and how recent it must be. */
export interface Asked {
  readonly maxAgeSeconds: number;
}

interface Waiting {
  readonly asked: Asked | null;
  readonly blocked: boolean;
}

export const useFreshSignIn = create<Waiting>(() => ({ asked: null, blocked: false }));

const waiting = new Set<(signedIn: boolean) => void>();

/** Ask the person to prove themselves again; true once they have, false where they would not. */
export function freshSignIn(asked: Asked): Promise<boolean> {
  useFreshSignIn.setState({ asked, blocked: false });
  return new Promise((resolve) => waiting.add(resolve));
}

/** Open the sign-in in a window of its own. Only from a click: browsers block it otherwise. */
export function openSignIn(): void {
  const opened = window.open(SIGN_IN, "petanque-sign-in", "popup,width=520,height=680");
  if (opened) opened.opener = null; // the provider's pages have no business with this one
  useFreshSignIn.setState({ blocked: opened === null });
}

/** They would rather not. */
export function decline(): void {
  settle(false);
}

function settle(signedIn: boolean): void {
  useFreshSignIn.setState({ asked: null, blocked: false });
  for (const resolve of waiting) resolve(signedIn);
  waiting.clear();
}

/** The window tells all pages of the service when the sign-in succeeded. */
new BroadcastChannel("petanque-auth").addEventListener("message", async (event: MessageEvent<{ type?: string }>) => {
  if (event.data?.type !== "signed-in") return;
  await lookUp();
  settle(true);
});
