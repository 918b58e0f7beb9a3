import { type Amount, money } from "../../words/figures";
import { t } from "../../words/words";

/** The sum of a whole list, currency by currency: amounts of different currencies are never added. */
export function Sums({ of }: { readonly of: readonly Amount[] }) {
  return (
    <p className="sums">
      <span>{t("In all")}</span>
      {of.map((sum) => (
        <strong key={sum.currency} className="figures">
          {money(sum)}
        </strong>
      ))}
    </p>
  );
}
