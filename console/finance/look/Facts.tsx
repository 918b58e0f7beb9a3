import type { ReactNode } from "react";
import { type Phrase, t } from "../../words/words";

/** What is known of one thing, name by name. What is not known is left out. */
export function Facts({ of }: { readonly of: readonly (readonly [Phrase, ReactNode])[] }) {
  return (
    <dl className="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
