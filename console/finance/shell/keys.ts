import { useEffect, useRef } from "react";

/** What a key does, by the key's name as the browser tells it. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Answers single keys, while the person is not writing, choosing, or in a dialog. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** Among radio buttons one chooses with the arrows, and writes nothing. */
function isBusy({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]")) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input[type=radio]")) return key.startsWith("Arrow");
  return target.matches("input:not([type=checkbox]), textarea, select");
}
