import { type SubscriptionQuery, SubscriptionDocument } from "../../generated/graphql";
import { day } from "../../words/days";
import { eur, money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { Answered, Empty } from "../look/Answered";
import { Status } from "../look/Badge";
import { Facts } from "../look/Facts";
import { HISTORY, SUBSCRIPTION_STATUS } from "../look/labels";
import { Page } from "../look/Page";
import { Link } from "../route/Link";
import { Actions } from "./Actions";
import { Price } from "./columns";
import { Timeline } from "./Timeline";

type Found = NonNullable<SubscriptionQuery["subscription"]>;

/** One subscription and its history. */
export default function Subscription({ id }: { readonly id: string }) {
  const asked = { document: SubscriptionDocument, variables: { id } };
  const found = useAsk(asked);
  const subscription = found.data?.subscription;
  return (
    <Page
      title={subscription ? `${subscription.tenant.name}: ${subscription.plan.name}` : t("Subscription")}
      above={<Link href="/subscriptions">{t("Subscriptions")}</Link>}
      beside={subscription && <Status of={subscription.status} in={SUBSCRIPTION_STATUS} />}
      asked={asked}
      actions={subscription && <Actions of={subscription} />}
    >
      <Answered of={found}>
        {({ subscription }) => (subscription ? <Shown subscription={subscription} /> : <Empty>{t("There is no such subscription.")}</Empty>)}
      </Answered>
    </Page>
  );
}

function Shown({ subscription }: { readonly subscription: Found }) {
  return (
    <>
      <Facts
        of={[
          ["Tenant", <Link href={`/tenants/${subscription.tenant.id}`}>{subscription.tenant.name}</Link>],
          ["Plan", subscription.plan.name],
          ["Price", <Price of={subscription} />],
          ["Started", day(subscription.startedOn)],
          ["Trial ends", subscription.trialEndsOn && day(subscription.trialEndsOn)],
          ["Current period", `${day(subscription.currentPeriodStart)} – ${day(subscription.currentPeriodEnd)}`],
          ["Paused until", subscription.pausedUntil && day(subscription.pausedUntil)],
          ["Ends", subscription.cancelAt && day(subscription.cancelAt)],
          ["Planned", subscription.scheduledChange && `${t(HISTORY[subscription.scheduledChange.kind])}, ${day(subscription.scheduledChange.effectiveOn)}`],
          ["MRR", money(eur(subscription.mrrEurCents))],
          ["Cancelled", subscription.cancelledOn && day(subscription.cancelledOn)],
          ["External id", <code>{subscription.externalId}</code>],
        ]}
      />
      <Timeline of={subscription.planHistory} />
      <AuditTrail subjectId={subscription.id} />
    </>
  );
}
