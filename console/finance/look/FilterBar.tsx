import { type ReactNode, useEffect, useState } from "react";
import { type Phrase, t } from "../../words/words";
import { change, usePlace } from "../route/location";

/** The filters of a list. What is chosen stands in the address: it can be kept, sent and gone back from. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  const filtered = usePlace(({ query }) => query.size > 0);
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {children}
      {filtered && (
        <button type="button" onClick={() => change(Object.fromEntries([...new URLSearchParams(location.search).keys()].map((name) => [name, undefined])))}>
          {t("Clear")}
        </button>
      )}
    </form>
  );
}

/** Choosing anew leads back to the first page. */
function choose(name: string, value: string | undefined, quietly = false): void {
  change({ [name]: value, after: undefined, before: undefined }, quietly);
}

interface FilterProps {
  readonly name: string;
  readonly label: Phrase;
}

/** A text to look for; the key `/` leads here, and Enter back to what was found. */
export function Search({ label }: { readonly label: Phrase }) {
  const text = usePlace(({ query }) => query.get("search") ?? "");
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped((before) => (before.trim() === text ? before : text)), [text]);
  return (
    <input
      type="search"
      aria-label={t("Search")}
      aria-keyshortcuts="/"
      placeholder={t(label)}
      value={typed}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      onChange={(event) => {
        setTyped(event.target.value);
        choose("search", event.target.value.trim() || undefined, true);
      }}
    />
  );
}

interface ChoiceProps extends FilterProps {
  readonly of: Readonly<Record<string, string>>;
  /** What holds where nothing is chosen; all of them, if it is not told. */
  readonly none?: string;
}

/** One of several values. One may come from another page with more than one, which stay together until another is chosen. */
export function Choice({ name, label, of, none = t("All") }: ChoiceProps) {
  const chosen = usePlace(({ query }) => query.getAll(name).filter((value) => Object.hasOwn(of, value)).join());
  return (
    <label>
      <span>{t(label)}</span>
      <select value={chosen} onChange={(event) => choose(name, event.target.value)}>
        <option value="">{none}</option>
        {chosen && !Object.hasOwn(of, chosen) && <option value={chosen}>{chosen.split(",").map((value) => of[value]).join(", ")}</option>}
        {Object.entries(of).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Flag({ name, label }: FilterProps) {
  const chosen = usePlace(({ query }) => query.get(name) === "yes");
  return (
    <label className="flag">
      <input type="checkbox" checked={chosen} onChange={(event) => choose(name, event.target.checked ? "yes" : undefined)} />
      <span>{t(label)}</span>
    </label>
  );
}

/** From a day to another; `label` says what happened then. The two stay side by side. */
export function DaysFilter({ label }: Pick<FilterProps, "label">) {
  return (
    <span className="days">
      <DayFilter name="from" label={label} />
      <DayFilter name="to" label="to" />
    </span>
  );
}

function DayFilter({ name, label }: FilterProps) {
  const chosen = usePlace(({ query }) => query.get(name) ?? "");
  return (
    <label>
      <span>{t(label)}</span>
      <input type="date" value={chosen} onChange={(event) => choose(name, event.target.value)} />
    </label>
  );
}

/** A text that must be met exactly: it is taken once it is whole. */
export function TextFilter({ name, label }: FilterProps) {
  const chosen = usePlace(({ query }) => query.get(name) ?? "");
  return (
    <label>
      <span>{t(label)}</span>
      <input
        key={chosen}
        defaultValue={chosen}
        onBlur={(event) => event.target.value.trim() !== chosen && choose(name, event.target.value.trim())}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </label>
  );
}
