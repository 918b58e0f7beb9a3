import type { PayerAccountInput } from "../../generated/graphql";
import type { Phrase } from "../../words/words";
import { t } from "../../words/words";

export type Account = Partial<Record<keyof PayerAccountInput, string>>;

const FIELDS: readonly (readonly [keyof PayerAccountInput, Phrase])[] = [
  ["iban", "IBAN"],
  ["bankgiro", "Bankgiro number"],
  ["plusgiro", "Plusgiro number"],
  ["clearing", "Clearing number"],
  ["account", "Account number"],
  ["name", "Name of the account holder"],
];

/** Where the money goes back to, where the bank's file does not say. */
export function PayerAccount({ of, change }: { readonly of: Account; readonly change: (account: Account) => void }) {
  return (
    <fieldset className="account">
      <legend>{t("The bank does not tell the payer’s account. One of these is needed:")}</legend>
      {FIELDS.map(([name, label]) => (
        <label key={name} className="field">
          <span>{t(label)}</span>
          <input value={of[name] ?? ""} onChange={(event) => change({ ...of, [name]: event.target.value || undefined })} />
        </label>
      ))}
    </fieldset>
  );
}
