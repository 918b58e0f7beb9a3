import { type Phrase, t } from "../../words/words";
import { change, usePlace } from "../route/location";

interface ChosenProps {
  readonly name: string;
  readonly label: Phrase;
  /** How a person reads the value. */
  readonly spell?: (value: string) => string;
}

/** A filter that one comes with from another page; it can be taken away. */
export function Chosen({ name, label, spell = String }: ChosenProps) {
  const value = usePlace(({ query }) => query.get(name));
  if (!value) return null;
  return (
    <button type="button" className="chosen" title={t("Take the filter away")} onClick={() => change({ [name]: undefined, after: undefined, before: undefined })}>
      <span title={spell(value)}>
        {t(label)}: {spell(value)}
      </span>
      ×
    </button>
  );
}
