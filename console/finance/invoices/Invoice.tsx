import { useState } from "react";
import { type InvoiceQuery, InvoiceDocument } from "../../generated/graphql";
import { day } from "../../words/days";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { Legs } from "../ledger/Legs";
import { Answered, Empty } from "../look/Answered";
import { Facts } from "../look/Facts";
import { ISSUER } from "../look/labels";
import { Money } from "../look/Money";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import { Tally } from "../look/Tally";
import { PAYMENT } from "../payments/columns";
import { Link } from "../route/Link";
import { CreditDialog } from "./CreditDialog";
import { InvoiceStatus } from "./columns";

type Found = NonNullable<InvoiceQuery["invoice"]>;

const LINE: readonly Column<Found["lines"][number]>[] = [
  { head: "Text", cell: ({ description }) => description, text: true },
  { head: "VAT rate", cell: ({ vatRate }) => (vatRate === null ? "–" : `${number(vatRate)} %`), figures: true, minor: true },
  { head: "VAT", cell: ({ vat }) => <Money of={vat} />, figures: true, minor: true },
  { head: "Net", cell: ({ net }) => <Money of={net} />, figures: true },
];

/** One invoice: what it claims, what paid it, and what it did to the books. */
export default function Invoice({ id }: { readonly id: string }) {
  const asked = { document: InvoiceDocument, variables: { id } };
  const found = useAsk(asked);
  const invoice = found.data?.invoice;
  const [isCrediting, setCrediting] = useState(false);
  const credit = invoice && (invoice.tenant.credit.find(({ currency }) => currency === invoice.currency) ?? { currency: invoice.currency, amountCents: 0 });
  const canUseCredit = credit && credit.amountCents > 0 && invoice.issuerType === "PLATFORM" && invoice.outstanding.amountCents > 0;
  return (
    <Page
      title={invoice ? t("Invoice {number}", { number: invoice.number }) : t("Invoice")}
      above={<Link href="/invoices">{t("Invoices")}</Link>}
      beside={invoice && <InvoiceStatus of={invoice} />}
      asked={asked}
      actions={
        canUseCredit && (
          <button type="button" className="main" onClick={() => setCrediting(true)}>
            {t("Pay from credit")}
          </button>
        )
      }
    >
      <Answered of={found}>{({ invoice }) => (invoice ? <Shown invoice={invoice} /> : <Empty>{t("There is no such invoice.")}</Empty>)}</Answered>
      {isCrediting && invoice && credit && <CreditDialog invoice={invoice} credit={credit} close={() => setCrediting(false)} />}
    </Page>
  );
}

function Shown({ invoice }: { readonly invoice: Found }) {
  return (
    <>
      <Facts
        of={[
          ["Customer", invoice.customerName],
          ["Tenant", <Link href={`/tenants/${invoice.tenant.id}`}>{invoice.tenant.name}</Link>],
          ["Issuer", t(ISSUER[invoice.issuerType])],
          ["OCR", invoice.ocr],
          ["Issued", day(invoice.issuedOn)],
          ["Due", day(invoice.dueOn)],
          ["Subscription", invoice.subscription && <Link href={`/subscriptions/${invoice.subscription.id}`}>{invoice.subscription.externalId}</Link>],
          ["External id", invoice.externalId],
        ]}
      />
      <Tally of={(["total", "tax", "paid", "refunded", "outstanding"] as const).map((name) => [TALLY[name], <Money of={invoice[name]} />] as const)} />
      <Section title={t("Lines")}>
        {invoice.lines.length === 0 ? <Empty>{t("None.")}</Empty> : <Table label={t("Lines")} rows={invoice.lines} columns={LINE} />}
      </Section>
      <Section title={t("Payments")}>
        {invoice.payments.length === 0 ? (
          <Empty>{t("Nothing is paid yet.")}</Empty>
        ) : (
          <Table label={t("Payments")} rows={invoice.payments} columns={PAYMENT} href={({ id }) => `/payments/${id}`} />
        )}
      </Section>
      <Legs of={invoice.accountingEntries} />
      <AuditTrail subjectId={invoice.id} others={invoice.payments.flatMap(({ id, bankTransfer, refunds }) => [id, bankTransfer?.id, ...refunds.map((refund) => refund.id)])} />
    </>
  );
}

const TALLY = { total: "Total", tax: "VAT", paid: "Paid", refunded: "Refunded", outstanding: "Outstanding" } as const;
