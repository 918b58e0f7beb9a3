import { type Phrase, t } from "../../words/words";
import { phrases } from "../look/labels";

interface SelectProps<Value extends string> {
  readonly label: Phrase;
  readonly of: Readonly<Record<Value, Phrase>>;
  readonly value: Value;
  readonly choose: (value: Value) => void;
}

/** One of a few values. */
export function Select<Value extends string>({ label, of, value, choose }: SelectProps<Value>) {
  return (
    <label className="field">
      <span>{t(label)}</span>
      <select value={value} onChange={(event) => choose(event.target.value as Value)}>
        {Object.entries(phrases(of)).map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
