import type { ReactNode } from "react";
import { type Phrase, t } from "../../words/words";

const MANY = 6;

/** The few figures that sum a page up, side by side. */
export function Tally({ of }: { readonly of: readonly (readonly [Phrase, ReactNode])[] }) {
  return (
    <dl className={of.length > MANY ? "tally many" : "tally"}>
      {of.map(([name, figure]) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
