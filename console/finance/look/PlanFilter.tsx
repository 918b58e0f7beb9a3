import { PriceListDocument } from "../../generated/graphql";
import { useAsk } from "../api/ask";
import { Choice } from "./FilterBar";

/** One plan of the price list. */
export function PlanFilter() {
  const plans = useAsk({ document: PriceListDocument, variables: {} });
  return <Choice name="plan" label="Plan" of={Object.fromEntries((plans.data?.plans ?? []).map(({ code, name }) => [code, name]))} />;
}
