import { Link } from "../route/Link";
import { link } from "../route/location";

/** Where a transfer is shown, whatever became of it. */
export function transferPage(id: string): string {
  return link("/inbox", { status: "all", transfer: id });
}

/** Where the page of a thing is, by the beginning of its id. */
const PAGES: readonly (readonly [string, (id: string) => string])[] = [
  ["invoice_", (id) => `/invoices/${id}`],
  ["payment_", (id) => `/payments/${id}`],
  ["refund_", (id) => `/refunds/${id}`],
  ["tenant_", (id) => `/tenants/${id}`],
  ["subscription_", (id) => `/subscriptions/${id}`],
  ["dunning_case_", (id) => `/dunning/${id}`],
  ["bank_transfer_", transferPage],
];

/** What an event was about: a link, where it has a page. */
export function Subject({ type, id }: { readonly type: string; readonly id: string }) {
  const page = PAGES.find(([start]) => id.startsWith(start))?.[1];
  const text = type.replaceAll("_", " ");
  return page ? <Link href={page(id)}>{text}</Link> : text;
}
