import { useState } from "react";
import { ChangePlanDocument, type ChangeTiming, PriceListDocument, type Proration } from "../../generated/graphql";
import { money, typedCents } from "../../words/figures";
import { type Phrase, t } from "../../words/words";
import { useAsk, useVersionedChange } from "../api/ask";
import { AmountField } from "../look/AmountField";
import { ChangeDialog } from "../look/ChangeDialog";
import { announce, common, type DialogProps, TIMING } from "./changes";
import { Preview, usePreview } from "./Preview";
import { Select } from "./Select";

const PRORATION: Record<Proration, Phrase> = { CREDIT_AND_CHARGE: "Credit the rest, charge the new price", NONE: "Charge and credit nothing" };

/** Another plan, or another price. */
export function PlanDialog({ of, close }: DialogProps) {
  const changing = useVersionedChange(ChangePlanDocument, of.version);
  const plans = useAsk({ document: PriceListDocument, variables: {} });
  const [planCode, setPlanCode] = useState(of.plan.code);
  const [typed, setTyped] = useState("");
  const [effective, setEffective] = useState<ChangeTiming>("NOW");
  const [proration, setProration] = useState<Proration>("CREDIT_AND_CHARGE");
  const amountCents = typed === "" ? null : typedCents(typed, of.amount.currency);
  const isOther = planCode !== of.plan.code || amountCents !== null;
  const change = amountCents !== undefined && isOther ? { planCode, amountCents, effective, proration } : undefined;
  const preview = usePreview(of.id, change && { changePlan: change });
  return (
    <ChangeDialog
      title={t("Change the plan of {tenant}", { tenant: of.tenant.name })}
      action={t("Change the plan")}
      ready={preview.isReady}
      close={close}
      change={async (reason) => change && announce((await changing({ ...common(of, reason), ...change })).changePlan)}
    >
      <label className="field">
        <span>{t("Plan")}</span>
        <select value={planCode} onChange={(event) => setPlanCode(event.target.value)}>
          {(plans.data?.plans ?? []).map(({ code, name, price }) => (
            <option key={code} value={code}>
              {name}, {money(price)}
            </option>
          ))}
        </select>
      </label>
      <AmountField
        label={t("Price in {currency} (left empty: the list price)", { currency: of.amount.currency })}
        currency={of.amount.currency}
        typed={typed}
        type={setTyped}
      />
      <Select label="When" of={TIMING} value={effective} choose={setEffective} />
      {effective === "NOW" && <Select label="The rest of the period" of={PRORATION} value={proration} choose={setProration} />}
      <Preview of={preview} />
    </ChangeDialog>
  );
}
