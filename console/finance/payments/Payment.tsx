import { useState } from "react";
import { type PaymentQuery, PaymentDocument } from "../../generated/graphql";
import { moment } from "../../words/days";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { transferPage } from "../audit/Subject";
import { Legs } from "../ledger/Legs";
import { Answered, Empty } from "../look/Answered";
import { Status } from "../look/Badge";
import { Facts } from "../look/Facts";
import { INVOICE_STATUS, METHOD, PAYMENT_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { Table } from "../look/Table";
import { Tally } from "../look/Tally";
import { REFUND } from "../refunds/columns";
import { RefundDialog } from "../refunds/RefundDialog";
import { Link } from "../route/Link";

type Found = NonNullable<PaymentQuery["payment"]>;

/** One payment: where it came from, what it paid, and what went back. */
export default function Payment({ id }: { readonly id: string }) {
  const asked = { document: PaymentDocument, variables: { id } };
  const found = useAsk(asked);
  const payment = found.data?.payment;
  const [isRefunding, setRefunding] = useState(false);
  return (
    <Page
      title={payment ? t("Payment of {amount}", { amount: money(payment.amount) }) : t("Payment")}
      above={<Link href="/payments">{t("Payments")}</Link>}
      beside={payment && <Status of={payment.status} in={PAYMENT_STATUS} />}
      asked={asked}
      actions={
        payment && (payment.refundable.amountCents > 0 || payment.refunds.length > 0) && (
          <button type="button" className="main" onClick={() => setRefunding(true)}>
            {t("Refund")}
          </button>
        )
      }
    >
      <Answered of={found}>{({ payment }) => (payment ? <Shown payment={payment} /> : <Empty>{t("There is no such payment.")}</Empty>)}</Answered>
      {isRefunding && payment && <RefundDialog payment={payment} close={() => setRefunding(false)} />}
    </Page>
  );
}

function Shown({ payment }: { readonly payment: Found }) {
  const { invoice, tenant, bankTransfer } = payment;
  return (
    <>
      <Facts
        of={[
          ["Tenant", <Link href={`/tenants/${tenant.id}`}>{tenant.name}</Link>],
          [
            "Invoice",
            invoice && (
              <>
                <Link href={`/invoices/${invoice.id}`}>{invoice.number}</Link> <Status of={invoice.status} in={INVOICE_STATUS} />
              </>
            ),
          ],
          ["Method", t(METHOD[payment.method])],
          ["Provider", payment.provider],
          ["Provider's reference", payment.providerReference && <code>{payment.providerReference}</code>],
          ["Bank transfer", bankTransfer && <Link href={transferPage(bankTransfer.id)}>{t("Show")}</Link>],
          ["Paid", moment(payment.paidAt)],
          ["Last refunded", payment.refundedAt && moment(payment.refundedAt)],
          ["External id", payment.externalId],
        ]}
      />
      <Tally of={(["amount", "fee", "credited", "refunded", "refundable"] as const).map((name) => [TALLY[name], <Money of={payment[name]} />] as const)} />
      <Section title={t("Refunds")}>
        {payment.refunds.length === 0 ? (
          <Empty>{t("Nothing went back.")}</Empty>
        ) : (
          <Table label={t("Refunds")} rows={payment.refunds} columns={REFUND} href={({ id }) => `/refunds/${id}`} />
        )}
      </Section>
      <Legs of={payment.accountingEntries} />
      <AuditTrail subjectId={payment.id} others={[invoice?.id, bankTransfer?.id, ...payment.refunds.map(({ id }) => id)]} />
    </>
  );
}

const TALLY = {
  amount: "Amount",
  fee: "Provider's fee",
  credited: "Became credit",
  refunded: "Refunded",
  refundable: "Can go back",
} as const;
