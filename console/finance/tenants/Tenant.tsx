import { type TenantQuery, TenantDocument } from "../../generated/graphql";
import { country } from "../../words/countries";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { INVOICE } from "../invoices/columns";
import { Answered, Empty } from "../look/Answered";
import { Facts } from "../look/Facts";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";
import { PAYMENT } from "../payments/columns";
import { Link } from "../route/Link";
import { link } from "../route/location";
import { SUBSCRIPTION } from "../subscriptions/columns";

type Found = NonNullable<TenantQuery["tenant"]>;

/** One tenant: what it subscribes to, owes and has paid. */
export default function Tenant({ id }: { readonly id: string }) {
  const asked = { document: TenantDocument, variables: { id } };
  const found = useAsk(asked);
  return (
    <Page title={found.data?.tenant?.name ?? t("Tenant")} above={<Link href="/tenants">{t("Tenants")}</Link>} asked={asked}>
      <Answered of={found}>{({ tenant }) => (tenant ? <Shown tenant={tenant} /> : <Empty>{t("There is no such tenant.")}</Empty>)}</Answered>
    </Page>
  );
}

function Shown({ tenant }: { readonly tenant: Found }) {
  const { id, invoices, payments, subscriptions } = tenant;
  return (
    <>
      <Facts
        of={[
          ["External id", <code>{tenant.externalId}</code>],
          ["Country", country(tenant.country)],
          ["Currency", tenant.currency],
          ["E-mail", tenant.email],
          ["Organisation number", tenant.organisationNumber],
          ["Credit", tenant.credit.map(money).join(" + ") || t("none")],
          ["Outstanding", invoices.totals.map(({ outstanding }) => money(outstanding)).join(" + ")],
        ]}
      />
      <Part title={t("Subscriptions")} rows={subscriptions.nodes} columns={SUBSCRIPTION} at="/subscriptions" tenant={id} />
      <Part title={t("Latest invoices")} rows={invoices.nodes} columns={INVOICE} at="/invoices" tenant={id} />
      <Part title={t("Latest payments")} rows={payments.nodes} columns={PAYMENT} at="/payments" tenant={id} />
      <AuditTrail subjectId={id} />
    </>
  );
}

interface PartProps<Row> {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly at: string;
  readonly tenant: string;
}

/** The first rows of a list, without the tenant in each, and the way to all of them. */
function Part<Row extends { readonly id: string }>({ title, rows, columns, at, tenant }: PartProps<Row>) {
  return (
    <Section title={title} actions={<Link href={link(at, { tenant })}>{t("Show all")}</Link>}>
      {rows.length === 0 ? <Empty>{t("None.")}</Empty> : <Table label={title} rows={rows} columns={columns.filter(({ head }) => head !== "Tenant")} href={(row) => `${at}/${row.id}`} />}
    </Section>
  );
}
