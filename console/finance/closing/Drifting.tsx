import { DriftingDocument, type ReconciledProvidersQuery } from "../../generated/graphql";
import { t } from "../../words/words";
import { said } from "../api/refused";
import { useAsk } from "../api/ask";
import type { Days } from "../look/Window";
import { link } from "../route/location";
import { Check } from "./Closing";

interface DriftingProps {
  readonly provider: ReconciledProvidersQuery["providers"][number];
  readonly days: Days;
}

/** Whether a provider and the ledger agree on the month. */
export function Drifting({ provider: { name, displayName }, days }: DriftingProps) {
  const { data, error } = useAsk({ document: DriftingDocument, variables: { provider: name, ...days } });
  if (!data && !error) return null;
  const agrees = data?.reconciliation.hasDrift === false;
  return (
    <Check done={agrees} href={link("/reconciliation", { provider: name, ...days })}>
      {error ? said(error) : t(agrees ? "{provider} and the ledger agree" : "{provider} and the ledger differ", { provider: displayName })}
    </Check>
  );
}
