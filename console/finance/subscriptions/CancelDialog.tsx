import { useState } from "react";
import { type CancellationReason, CancelSubscriptionDocument, type ChangeTiming } from "../../generated/graphql";
import { t } from "../../words/words";
import { useVersionedChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { announce, common, type DialogProps, LEAVING, TIMING } from "./changes";
import { Preview, usePreview } from "./Preview";
import { Select } from "./Select";

/** End a subscription, now or when its period ends. */
export function CancelDialog({ of, close }: DialogProps) {
  const cancelling = useVersionedChange(CancelSubscriptionDocument, of.version);
  const [mode, setMode] = useState<ChangeTiming>("PERIOD_END");
  const [cancellationReason, setLeaving] = useState<CancellationReason>("OTHER");
  const preview = usePreview(of.id, { cancel: mode });
  return (
    <ChangeDialog
      title={t("Cancel the subscription of {tenant}", { tenant: of.tenant.name })}
      action={t("Cancel the subscription")}
      ready={preview.isReady}
      close={close}
      change={async (reason) => announce((await cancelling({ ...common(of, reason), mode, cancellationReason })).cancelSubscription)}
    >
      <Select label="When" of={TIMING} value={mode} choose={setMode} />
      <Select label="Why they leave" of={LEAVING} value={cancellationReason} choose={setLeaving} />
      <Preview of={preview} />
    </ChangeDialog>
  );
}
