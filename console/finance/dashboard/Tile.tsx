import type { ReactNode } from "react";
import type { RatioFragment, ValueFragment } from "../../generated/graphql";
import { type Amount, percent, roundMoney } from "../../words/figures";
import { type Phrase, t, told } from "../../words/words";
import { Link } from "../route/Link";

interface TileProps {
  readonly name: Phrase;
  readonly value: ReactNode;
  /** What stands under the figure: a change, a part of it, or why there is none. */
  readonly about?: ReactNode;
  /** How the figure is made, where its rows do not tell. */
  readonly made?: string | undefined;
  /** The rows that made the figure. */
  readonly href?: string | undefined;
}

/** One figure. */
export function Tile({ name, value, about, made, href }: TileProps) {
  return (
    <div className="tile">
      <dt>{href ? <Link href={href}>{t(name)}</Link> : t(name)}</dt>
      <dd>
        <strong>{value}</strong>
        {about && <small>{about}</small>}
        {made && <small>{made}</small>}
      </dd>
    </div>
  );
}

/** What a figure is held against. */
interface Compared<Value> {
  /** The figure of the days before; undefined while it is on its way. */
  readonly was: Value | undefined;
  /** More of it is not better. */
  readonly isCost?: boolean | undefined;
}

type Shown = Omit<TileProps, "name">;

/** An amount that can always be told. */
export function figure(now: Amount, { was, isCost }: Compared<Amount>): Shown {
  const show = (amountCents: number) => roundMoney({ ...now, amountCents });
  return { value: roundMoney(now), about: <Difference now={now.amountCents} was={was?.amountCents} show={show} isCost={isCost} isSized /> };
}

/** An amount, or why it cannot be told. */
export function amount({ value, unavailableBecause }: ValueFragment, { was, isCost }: Compared<ValueFragment>): Shown {
  if (value === null) return untold(unavailableBecause);
  return was?.value === null ? { value: roundMoney(value) } : figure(value, { was: was?.value, isCost });
}

/** A ratio, or why it cannot be told. */
export function ratio({ value, unavailableBecause }: RatioFragment, compared?: Compared<RatioFragment>, show: (value: number) => string = percent): Shown {
  if (value === null) return untold(unavailableBecause);
  if (!compared || compared.was?.value === null) return { value: show(value) };
  return { value: show(value), about: <Difference now={value} was={compared.was?.value} show={show} isCost={compared.isCost} /> };
}

/** No figure has no rows, and is not made. */
function untold(because: string | null): Shown {
  return { value: "–", about: told(because), made: undefined, href: undefined };
}

interface DifferenceProps {
  readonly now: number;
  readonly was: number | undefined;
  readonly show: (value: number) => string;
  readonly isCost?: boolean | undefined;
  /** Says by how much it moved, not only whence. */
  readonly isSized?: boolean;
}

/** How much more or less it is than it was on the days before. */
export function Difference({ now, was, show, isCost = false, isSized = false }: DifferenceProps) {
  if (was === undefined) return <>&nbsp;</>;
  if (show(now) === show(was)) return <>{t("unchanged")}</>;
  const size = was > 0 ? percent(Math.abs(now - was) / was) : show(Math.abs(now - was));
  return (
    <>
      <span className={isCost ? "quiet" : now > was ? "positive" : "negative"}>
        {now > was ? "▲" : "▼"} {isSized && size}
      </span>{" "}
      <span>{t("from {amount}", { amount: show(was) })}</span>
    </>
  );
}

/** A change since the month before, told by its sign and its colour. */
export function Change({ of: { value } }: { readonly of: RatioFragment }) {
  if (value === null) return null;
  const sign = value > 0 ? "▲" : value < 0 ? "▼" : "";
  return (
    <>
      <span className={value < 0 ? "negative" : "positive"}>
        {sign} {percent(Math.abs(value))}
      </span>{" "}
      {t("since last month")}
    </>
  );
}
