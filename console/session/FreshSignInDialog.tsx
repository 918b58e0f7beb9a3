import { useEffect, useRef } from "react";
import { t } from "../words/words";
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
      <h2 id="fresh-sign-in">{t("Prove it is you")}</h2>
      <p>
        {t("Changes need a sign-in of the last {time}.", { time: spell(asked?.maxAgeSeconds ?? 0) })}{" "}
        {t("Nothing has been changed yet. Sign in in the window that opens; your request is then sent again, just as it is.")}
      </p>
      {blocked && <p role="alert">{t("The browser blocked the window. Allow pop-ups for this page and try again.")}</p>}
      <div className="choices">
        <button type="button" onClick={decline}>
          {t("Cancel")}
        </button>
        <button type="button" className="main" ref={main} onClick={openSignIn}>
          {t("Sign in again")}
        </button>
      </div>
    </dialog>
  );
}

function spell(seconds: number): string {
  if (seconds < 120) return t("{n} seconds", { n: seconds });
  return t("{n} minutes", { n: Math.floor(seconds / 60) });
}
