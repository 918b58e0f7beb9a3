import { type SubscriptionChange, SubscriptionPreviewDocument } from "../../generated/graphql";
import { day } from "../../words/days";
import { eur, money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Lines } from "../ledger/Lines";
import { Problem } from "../look/Answered";
import { Status } from "../look/Badge";
import { Facts } from "../look/Facts";
import { SUBSCRIPTION_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import { Price } from "./columns";

/** What a change would do, worked out by the code that carries it out. `change` undefined: nothing is chosen yet. */
export function usePreview(id: string, change: SubscriptionChange | undefined) {
  const preview = useAsk({ document: SubscriptionPreviewDocument, variables: { id, change: change ?? { resume: true } } }, { when: change !== undefined, anew: true });
  return { ...preview, isReady: change !== undefined && preview.data !== undefined && !preview.error && !preview.isFetching };
}

export function Preview({ of: { data, error, refetch } }: { readonly of: ReturnType<typeof usePreview> }) {
  if (error) return <Problem of={error} again={() => void refetch()} />;
  if (!data) return <p className="quiet">{t("The effect is shown here before anything is done.")}</p>;
  const { subscriptionPreview: effect } = data;
  return (
    <div className="effect" aria-live="polite">
      <Facts
        of={[
          ["From", day(effect.effectiveOn)],
          ["Afterwards", <Status of={effect.statusAfter} in={SUBSCRIPTION_STATUS} />],
          ["Plan", effect.planAfter.name],
          ["Price", <Price of={{ amount: effect.amountAfter, plan: effect.planAfter }} />],
          ["Period ends", day(effect.currentPeriodEndAfter)],
          ["MRR", <span className="money">{signed(effect.mrrDeltaEurCents)}</span>],
          ["Charged now", effect.chargedNow && <Money of={effect.chargedNow} />],
          ["Credited", effect.credited && <Money of={effect.credited} />],
        ]}
      />
      <ul className="lines">
        {effect.lines.map(({ description, net, vat }) => (
          <li key={description}>
            {description}: <Money of={net} /> + {t("VAT")} <Money of={vat} />
          </li>
        ))}
      </ul>
      <Lines of={effect.ledger} />
    </div>
  );
}

/** A change of MRR with its sign. */
export function signed(cents: number): string {
  return `${cents > 0 ? "+" : ""}${money(eur(cents))}`;
}
