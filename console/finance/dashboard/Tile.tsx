import type { ReactNode } from "react";
import type { RatioFragment, ValueFragment } from "../../generated/graphql";
import { type Amount, percent, roundMoney } from "../../words/figures";
import { type Phrase, t } from "../../words/words";
import { Link } from "../route/Link";

interface TileProps {
  readonly name: Phrase;
  readonly value: ReactNode;
  /** What stands under the figure: a change, a part of it, or why there is none. */
  readonly about?: ReactNode;
  /** The rows that made the figure. */
  readonly href?: string;
}

/** One figure. */
export function Tile({ name, value, about, href }: TileProps) {
  return (
    <div className="tile">
      <dt>{href ? <Link href={href}>{t(name)}</Link> : t(name)}</dt>
      <dd>
        <strong>{value}</strong>
        {about && <small>{about}</small>}
      </dd>
    </div>
  );
}

/** A ratio as its tile's value and about: where it cannot be told, why not. */
export function ratio({ value, unavailableBecause }: RatioFragment, show: (value: number) => string = percent): Pick<TileProps, "value" | "about"> {
  return value === null ? { value: "–", about: unavailableBecause } : { value: show(value) };
}

export function amount({ value, unavailableBecause }: ValueFragment): Pick<TileProps, "value" | "about"> {
  return value === null ? { value: "–", about: unavailableBecause } : { value: roundMoney(value) };
}

interface DifferenceProps {
  readonly now: Amount;
  readonly was: Amount | undefined;
  /** More of it is not better. */
  readonly isCost?: boolean;
}

/** How much more or less it is than it was on the days before. */
export function Difference({ now, was, isCost = false }: DifferenceProps) {
  if (!was) return <>&nbsp;</>;
  const [more, less] = isCost ? ["quiet", "quiet"] : ["positive", "negative"];
  const moved = now.amountCents - was.amountCents;
  const ratio = was.amountCents > 0 ? percent(Math.abs(moved) / was.amountCents) : roundMoney({ ...now, amountCents: Math.abs(moved) });
  if (moved === 0) return <>{t("unchanged")}</>;
  return (
    <>
      <span className={moved > 0 ? more : less}>
        {moved > 0 ? "▲" : "▼"} {ratio}
      </span>{" "}
      {t("from {amount}", { amount: roundMoney(was) })}
    </>
  );
}

/** A change since the month before, told by its sign and its colour. */
export function Change({ of: { value } }: { readonly of: RatioFragment }) {
  if (value === null) return null;
  const sign = value > 0 ? "▲" : value < 0 ? "▼" : "";
  return (
    <span className={value < 0 ? "negative" : "positive"}>
      {sign} {percent(Math.abs(value))} {t("since last month")}
    </span>
  );
}
