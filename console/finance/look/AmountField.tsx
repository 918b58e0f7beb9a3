import { useId } from "react";
import { typedCents } from "../../words/figures";
import { t } from "../../words/words";

interface AmountFieldProps {
  readonly label: string;
  readonly currency: string;
  readonly typed: string;
  readonly type: (text: string) => void;
  /** Nothing, or less, will not do. */
  readonly positive?: boolean;
}

/** Takes an amount of money, and says so where what was typed is none. */
export function AmountField({ label, currency, typed, type, positive = false }: AmountFieldProps) {
  const problem = useId();
  const cents = typedCents(typed, currency);
  const isTooLittle = positive && cents !== undefined && cents <= 0;
  const isAmount = typed === "" || (cents !== undefined && !isTooLittle);
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
          {isTooLittle ? t("The amount must be above 0.") : t("“{typed}” is no amount in {currency}.", { typed, currency })}
        </p>
      )}
    </>
  );
}
