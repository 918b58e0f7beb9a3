import { useId } from "react";
import { typedCents } from "../../words/figures";
import { t } from "../../words/words";

interface AmountFieldProps {
  readonly label: string;
  readonly currency: string;
  readonly typed: string;
  readonly type: (text: string) => void;
}

/** Takes an amount of money, and says so where what was typed is none. */
export function AmountField({ label, currency, typed, type }: AmountFieldProps) {
  const problem = useId();
  const isAmount = typed === "" || typedCents(typed, currency) !== undefined;
  return (
    <>
      <label className="field">
        <span>{label}</span>
        <input
          inputMode="decimal"
          className="figures"
          value={typed}
          aria-invalid={!isAmount}
          aria-describedby={isAmount ? undefined : problem}
          onChange={(event) => type(event.target.value)}
        />
      </label>
      {!isAmount && (
        <p id={problem} className="problem">
          {t("“{typed}” is no amount in {currency}.", { typed, currency })}
        </p>
      )}
    </>
  );
}
