import { useEffect, useRef, useState } from "react";
import { type Phrase, t } from "../../words/words";
import { useKeys } from "./keys";

const EVERYWHERE: readonly (readonly [string, Phrase])[] = [
  ["Ctrl K", "Jump to a page, invoice, payment or tenant"],
  ["/", "Search"],
  ["?", "This help"],
];

const INBOX: readonly (readonly [string, Phrase])[] = [
  ["j  k", "Next, previous transfer"],
  ["1 – 5", "Choose a suggestion"],
  ["a", "Assign to the chosen suggestion"],
  ["s", "Split, or find another invoice"],
  ["i", "Ignore"],
  ["x", "Select for assigning several at once"],
];

/** The keys, on the key `?`. */
export function Help() {
  const [open, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  useKeys({ "?": () => setOpen(true), "/": () => document.querySelector<HTMLInputElement>("main input[type=search]")?.focus() });
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  if (!open) return null;
  return (
    <dialog ref={dialog} className="change help" aria-labelledby="help" onClose={() => setOpen(false)}>
      <h2 id="help">{t("Keys")}</h2>
      <KeyList title="Everywhere" keys={EVERYWHERE} />
      <KeyList title="Inbox" keys={INBOX} />
      <footer>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t("Close")}
        </button>
      </footer>
    </dialog>
  );
}

function KeyList({ title, keys }: { readonly title: Phrase; readonly keys: readonly (readonly [string, Phrase])[] }) {
  return (
    <>
      <h3>{t(title)}</h3>
      <dl className="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
