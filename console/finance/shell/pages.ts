import { type ComponentType, lazy } from "react";
import type { Phrase } from "../../words/words";

type Loaded<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

/** A page of the console: where it is, what it is called, the list, and the page of one thing of the list. */
export interface Entry {
  readonly path: string;
  readonly name: Phrase;
  readonly Whole: ComponentType;
  readonly One?: ComponentType<{ readonly id: string }>;
}

function entry(path: string, name: Phrase, whole: Loaded<object>, one?: Loaded<{ readonly id: string }>): Entry {
  return { path, name, Whole: lazy(whole), ...(one && { One: lazy(one) }) };
}

/** All pages, as the navigation groups them. */
export const GROUPS: readonly { readonly name: Phrase; readonly entries: readonly Entry[] }[] = [
  {
    name: "Today",
    entries: [
      entry("/", "Dashboard", () => import("../dashboard/Dashboard")),
      entry("/inbox", "Inbox", () => import("../inbox/Inbox")),
    ],
  },
  {
    name: "Receivables",
    entries: [
      entry("/invoices", "Invoices", () => import("../invoices/Invoices"), () => import("../invoices/Invoice")),
      entry("/payments", "Payments", () => import("../payments/Payments"), () => import("../payments/Payment")),
      entry("/refunds", "Refunds", () => import("../refunds/Refunds"), () => import("../refunds/Refund")),
      entry("/dunning", "Dunning", () => import("../dunning/DunningCases"), () => import("../dunning/DunningCase")),
    ],
  },
  {
    name: "Customers",
    entries: [
      entry("/tenants", "Tenants", () => import("../tenants/Tenants"), () => import("../tenants/Tenant")),
      entry("/subscriptions", "Subscriptions", () => import("../subscriptions/Subscriptions"), () => import("../subscriptions/Subscription")),
      entry("/churn", "Churn", () => import("../churn/Churn")),
    ],
  },
  {
    name: "Books",
    entries: [
      entry("/reconciliation", "Reconciliation", () => import("../reconciliation/Reconciliation")),
      entry("/platform-fees", "Platform fees", () => import("../fees/PlatformFees")),
      entry("/closing", "Month close", () => import("../closing/Closing")),
      entry("/ledger", "Ledger", () => import("../ledger/Ledger")),
      entry("/bank-files", "Bank files", () => import("../bankfiles/BankFiles")),
    ],
  },
  {
    name: "Control",
    entries: [
      entry("/audit", "Audit trail", () => import("../audit/Audit")),
      entry("/providers", "Providers", () => import("../providers/Providers")),
    ],
  },
];

/** What an address shows: a page, or the page of one thing; nothing where there is no such page. */
export function pageAt(path: string): { readonly entry: Entry; readonly id?: string } | undefined {
  const [, name = "", id] = path.split("/");
  const entry = GROUPS.flatMap(({ entries }) => entries).find((one) => one.path === `/${name}`);
  if (!entry) return undefined;
  if (id === undefined || id === "") return { entry };
  return entry.One ? { entry, id: decodeURIComponent(id) } : undefined;
}
