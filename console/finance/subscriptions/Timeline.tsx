import type { SubscriptionQuery } from "../../generated/graphql";
import { day } from "../../words/days";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { HISTORY } from "../look/labels";
import { signed } from "./Preview";
import { Section } from "../look/Section";

type Entry = NonNullable<SubscriptionQuery["subscription"]>["planHistory"][number];

/** What happened to a subscription, the latest first. Nothing here is ever rewritten. */
export function Timeline({ of }: { readonly of: readonly Entry[] }) {
  return (
    <Section title={t("History")}>
      <ol className="trail">
        {of.toReversed().map((entry, place) => (
          <li key={place}>
            <time dateTime={entry.effectiveOn}>{day(entry.effectiveOn)}</time>
            <span>
              <strong>{t(HISTORY[entry.kind])}</strong> {told(entry)} {entry.mrrDeltaEurCents !== 0 && <span className={`money ${entry.mrrDeltaEurCents < 0 ? "negative" : "positive"}`}>MRR {signed(entry.mrrDeltaEurCents)}</span>} <span className="quiet">{entry.actor}</span>
            </span>
            {entry.reason && <q>{entry.reason}</q>}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function told({ fromPlan, toPlan, fromAmount, toAmount }: Entry): string {
  const before = [fromPlan?.name, fromAmount && money(fromAmount)].filter(Boolean).join(", ");
  const after = [toPlan?.name, toAmount && money(toAmount)].filter(Boolean).join(", ");
  return [before, after].filter(Boolean).join(" → ");
}
