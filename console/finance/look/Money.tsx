import { type Amount, money } from "../../words/figures";

/** An amount as people read it. `signed`: what goes out is told by its colour, too. */
export function Money({ of, signed = false }: { readonly of: Amount | null | undefined; readonly signed?: boolean }) {
  if (!of) return <span className="quiet">–</span>;
  const kind = of.amountCents === 0 ? "quiet" : signed && of.amountCents < 0 ? "negative" : "";
  return <span className={`money ${kind}`}>{money(of)}</span>;
}
