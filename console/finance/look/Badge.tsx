import { type Phrase, t } from "../../words/words";

/** good: done. waiting: somebody else's turn. attention: ours. over: nothing more comes. */
export type Tone = "good" | "waiting" | "attention" | "bad" | "over";

/** How a value of an enumeration is called, and what it means for the reader. */
export type Labels<Value extends string> = Readonly<Record<Value, readonly [Phrase, Tone]>>;

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** The badge of a value. */
export function Status<Value extends string>({ of, in: labels }: { readonly of: Value; readonly in: Labels<Value> }) {
  const [phrase, tone] = labels[of];
  return <Badge tone={tone}>{t(phrase)}</Badge>;
}

/** The values with their names, for a choice among them. */
export function named<Value extends string>(labels: Labels<Value>): Record<Value, string> {
  const pairs = Object.entries<readonly [Phrase, Tone]>(labels).map(([value, [phrase]]) => [value, t(phrase)]);
  return Object.fromEntries(pairs) as Record<Value, string>;
}
