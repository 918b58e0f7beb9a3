import { useEffect, useRef } from "react";
import { decline, openSignIn, useFreshSignIn } from "./freshSignIn";

/** Asks the person to prove themselves before a change, and waits until they have, or would not. */
export function FreshSignInDialog() {
  const { asked, blocked } = useFreshSignIn();
  const dialog = useRef<HTMLDialogElement>(null);
  const main = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!asked) return dialog.current?.close();
    dialog.current?.showModal();
    main.current?.focus();
  }, [asked]);
  return (
    <dialog ref={dialog} className="fresh-sign-in" aria-labelledby="fresh-sign-in" onCancel={decline}>
      <h2 id="fresh-sign-in">Prove it is you</h2>
      <p>
        Changes need a sign-in of the last {minutes(asked?.maxAgeSeconds ?? 0)}. Nothing has been changed yet. Sign in
        in the window that opens; your request is then sent again, just as it is.
      </p>
      {blocked && <p role="alert">The browser blocked the window. Allow pop-ups for this page and try again.</p>}
      <div className="choices">
        <button type="button" onClick={decline}>
          Cancel
        </button>
        <button type="button" className="main" ref={main} onClick={openSignIn}>
          Sign in again
        </button>
      </div>
    </dialog>
  );
}

function minutes(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`;
  return `${Math.floor(seconds / 60)} minutes`;
}
