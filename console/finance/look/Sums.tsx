import { type Amount, money } from "../../words/figures";
import { t } from "../../words/words";

interface SumsProps {
  readonly of: readonly Amount[];
  /** The same in euro, at the rates of booking. */
  readonly inEur?: Amount | undefined;
}

/** The sum of a whole list, currency by currency: amounts of different currencies are never added without their rates. */
export function Sums({ of, inEur }: SumsProps) {
  const isForeign = of.some(({ currency }) => currency !== inEur?.currency);
  return (
    <p className="sums">
      <span>{t("In all")}</span>
      {of.map((sum) => (
        <strong key={sum.currency} className="figures">
          {money(sum)}
        </strong>
      ))}
      {inEur && isForeign && <span className="figures">{t("{amount} at the rates of booking", { amount: money(inEur) })}</span>}
    </p>
  );
}
