import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { t } from "../../words/words";
import { Refused, said } from "../api/refused";

interface ChangeDialogProps {
  readonly title: string;
  /** What the button says that makes the change. */
  readonly action: string;
  /** Reasons that can be taken with a click. */
  readonly reasons?: readonly string[];
  /** False while what was typed cannot be done. */
  readonly ready?: boolean;
  /** Makes the change. It may be called again with the same reason, where an answer did not come; what it does then must
   * be what it did before, or nothing. */
  readonly change: (reason: string) => Promise<unknown>;
  /** The service takes the same for another change: where an answer did not come, it is not called again. */
  readonly once?: boolean;
  readonly close: () => void;
  /** What follows the change, where the dialog is not just to close. */
  readonly done?: () => void;
  /** More about a refusal than its own sentence. */
  readonly explain?: (refused: Refused) => ReactNode;
  /** What the change will do. */
  readonly children?: ReactNode;
}

const REASON = { min: 3, max: 500 };

/** An answer that did not come says nothing about what was done. */
const UNKNOWN = {
  again: "Whether the change was made is not known; looking before trying again is safe.",
  once: "Whether the change was made is not known: close this and look before you make it again.",
} as const;

/** Shows what a change will do, asks for the reason that the audit trail keeps, and makes the change. */
export function ChangeDialog({ title, action, reasons = [], ready = true, change, once = false, close, done = close, explain, children }: ChangeDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const refused = problem instanceof Refused ? problem : undefined;
  const isUnknown = problem !== undefined && !refused;
  const isOver = once && isUnknown;
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);

  async function confirm(event: FormEvent) {
    event.preventDefault();
    if (busy || !ready || isOver) return; // a key sends the form whether its button can be pressed or not
    setBusy(true);
    setProblem(undefined);
    try {
      await change(reason.trim());
      done();
    } catch (error) {
      setProblem(error as Error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <dialog ref={dialog} className="change" aria-labelledby={heading} onClose={close} onCancel={(event) => busy && event.preventDefault()}>
      <form onSubmit={confirm}>
        <h2 id={heading}>{title}</h2>
        {children}
        <label className="field">
          <span>{t("Reason")}</span>
          <textarea
            ref={field}
            rows={2}
            required
            minLength={REASON.min}
            maxLength={REASON.max}
            value={reason}
            placeholder={t("Why? It stays in the audit trail.")}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey) return;
              event.preventDefault();
              if (!event.repeat) event.currentTarget.form?.requestSubmit();
            }}
          />
        </label>
        {reasons.length > 0 && (
          <p className="reasons">
            {reasons.map((text) => (
              <button type="button" key={text} onClick={() => setReason(text)}>
                {text}
              </button>
            ))}
          </p>
        )}
        {problem && (
          <p className="problem" role="alert">
            {said(problem)} {refused ? explain?.(refused) : t(UNKNOWN[once ? "once" : "again"])}
          </p>
        )}
        <footer>
          <button type="button" onClick={close} disabled={busy}>
            {t(isOver ? "Close" : "Cancel")}
          </button>
          {!isOver && (
            <button type="submit" className="main" disabled={busy || !ready}>
              {busy ? t("Working…") : isUnknown ? t("Try again") : action}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
