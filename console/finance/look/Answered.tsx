import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { t } from "../../words/words";
import { said } from "../api/refused";

interface AnsweredProps<Data> {
  readonly of: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
}

/** What was asked for once it is there; until then that it is coming, or why it is not. Where it cannot be asked for anew, it
 * stays as it was, with what is typed and open in it. */
export function Answered<Data>({ of: { data, error, isFetching, isPlaceholderData, refetch }, children }: AnsweredProps<Data>) {
  if (data === undefined && !error) return <Loading />;
  return (
    <>
      {error && <Problem of={error} again={() => void refetch()} />}
      {data !== undefined && (
        <div aria-busy={isFetching} className={isPlaceholderData ? "stale" : undefined}>
          {children(data)}
        </div>
      )}
    </>
  );
}

/** Why something is not there, and how to try again. */
export function Problem({ of: error, again }: { readonly of: Error; readonly again?: () => void }) {
  return (
    <div className="problem" role="alert">
      <p>{said(error)}</p>
      {again && (
        <button type="button" onClick={again}>
          {t("Try again")}
        </button>
      )}
    </div>
  );
}

/** Says that something is coming. */
export function Loading() {
  return (
    <div className="loading" role="status">
      <span className="unseen">{t("Loading")}</span>
      {[0, 1, 2, 3, 4].map((line) => (
        <i key={line} />
      ))}
    </div>
  );
}

/** Says that there is nothing, and what to do about it. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
