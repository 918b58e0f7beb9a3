import { create } from "zustand";
import { t } from "../../words/words";

/** What has just been done, and how it is taken back. */
export interface Notice {
  readonly text: string;
  readonly undo?: () => void;
}

const SHOWN_MILLISECONDS = 12_000;

const useNotices = create<{ readonly shown: readonly (Notice & { readonly key: number })[] }>(() => ({ shown: [] }));

let made = 0;

/** Tell that something was done. It goes by itself; what was done can also be taken back from its own page. */
export function tell(notice: Notice): void {
  const key = ++made;
  useNotices.setState(({ shown }) => ({ shown: [...shown.slice(-2), { ...notice, key }] }));
  setTimeout(() => dismiss(key), SHOWN_MILLISECONDS);
}

function dismiss(key: number): void {
  useNotices.setState(({ shown }) => ({ shown: shown.filter((notice) => notice.key !== key) }));
}

/** The latest notices, read out as they come. */
export function Notices() {
  const { shown } = useNotices();
  return (
    <div className="notices" role="status">
      {shown.map(({ key, text, undo }) => (
        <p key={key}>
          {text}
          {undo && (
            <button
              type="button"
              onClick={() => {
                dismiss(key);
                undo();
              }}
            >
              {t("Undo")}
            </button>
          )}
          <button type="button" className="bare" aria-label={t("Dismiss")} onClick={() => dismiss(key)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
