import { useState } from "react";
import { type RefundQuery, RefundDocument } from "../../generated/graphql";
import { moment } from "../../words/days";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { Legs } from "../ledger/Legs";
import { Answered, Empty } from "../look/Answered";
import { Facts } from "../look/Facts";
import { REFUND_EVENT } from "../look/labels";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { Link } from "../route/Link";
import { RefundStatus } from "./columns";
import { ResolveDialog } from "./ResolveDialog";

type Found = NonNullable<RefundQuery["refund"]>;

/** One refund: its order, what the provider said, and what was booked. */
export default function Refund({ id }: { readonly id: string }) {
  const asked = { document: RefundDocument, variables: { id } };
  const found = useAsk(asked);
  const refund = found.data?.refund;
  const [isResolving, setResolving] = useState(false);
  return (
    <Page
      title={refund ? t("Refund of {amount}", { amount: money(refund.amount) }) : t("Refund")}
      above={<Link href="/refunds">{t("Refunds")}</Link>}
      beside={refund && <RefundStatus of={refund} />}
      asked={asked}
      actions={
        refund?.needsReview && (
          <button type="button" className="main" onClick={() => setResolving(true)}>
            {t("Resolve")}
          </button>
        )
      }
    >
      <Answered of={found}>{({ refund }) => (refund ? <Shown refund={refund} /> : <Empty>{t("There is no such refund.")}</Empty>)}</Answered>
      {isResolving && refund && <ResolveDialog refund={refund} close={() => setResolving(false)} />}
    </Page>
  );
}

function Shown({ refund }: { readonly refund: Found }) {
  return (
    <>
      {refund.status === "PENDING" && (
        <p className="note">
          {t(refund.needsReview ? "No machine can tell any more what became of it. Ask the provider, then resolve it." : "The money is ordered back; the provider has not confirmed it yet.")}
        </p>
      )}
      <Facts
        of={[
          ["Payment", <Link href={`/payments/${refund.payment.id}`}>{t("Show the payment")}</Link>],
          ["Tenant", <Link href={`/tenants/${refund.payment.tenant.id}`}>{refund.payment.tenant.name}</Link>],
          ["Ordered", moment(refund.createdAt)],
          ["By", refund.actor],
          ["Reason", refund.reason],
          ["Settled", refund.settledAt && moment(refund.settledAt)],
          ["Provider", refund.provider],
          ["Provider's reference", refund.providerReference && <code>{refund.providerReference}</code>],
          ["Credit note", refund.creditNote],
          ["Failed because", refund.failureReason],
        ]}
      />
      <Section title={t("What happened")}>
        {refund.events.length === 0 && <Empty>{t("It was made outside of this service.")}</Empty>}
        <ol className="trail">
          {refund.events.map(({ id, at, kind, note }) => (
            <li key={id}>
              <time dateTime={at}>{moment(at)}</time>
              <strong>{REFUND_EVENT[kind] ? t(REFUND_EVENT[kind]) : kind}</strong>
              {note && <span>{note}</span>}
            </li>
          ))}
        </ol>
      </Section>
      <Legs of={refund.accountingEntries} />
      <AuditTrail subjectId={refund.id} />
    </>
  );
}
