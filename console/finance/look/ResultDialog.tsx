import { type ReactNode, useEffect, useId, useRef } from "react";
import { t } from "../../words/words";

interface ResultDialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** Tells what a change has led to. */
export function ResultDialog({ title, close, children }: ResultDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
    button.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="change" aria-labelledby={heading} onClose={close}>
      <h2 id={heading}>{title}</h2>
      {children}
      <footer>
        <button type="button" className="main" ref={button} onClick={close}>
          {t("Close")}
        </button>
      </footer>
    </dialog>
  );
}
