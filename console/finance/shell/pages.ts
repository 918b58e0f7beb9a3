import type { ComponentType } from "react";
import type { Phrase } from "../../words/words";
import Audit from "../audit/Audit";
import BankFiles from "../bankfiles/BankFiles";
import Churn from "../churn/Churn";
import Closing from "../closing/Closing";
import Dashboard from "../dashboard/Dashboard";
import DunningCase from "../dunning/DunningCase";
import DunningCases from "../dunning/DunningCases";
import PlatformFees from "../fees/PlatformFees";
import Inbox from "../inbox/Inbox";
import Invoice from "../invoices/Invoice";
import Invoices from "../invoices/Invoices";
import Ledger from "../ledger/Ledger";
import Payment from "../payments/Payment";
import Payments from "../payments/Payments";
import Providers from "../providers/Providers";
import Reconciliation from "../reconciliation/Reconciliation";
import Refund from "../refunds/Refund";
import Refunds from "../refunds/Refunds";
import MrrChanges from "../revenue/MrrChanges";
import Revenue from "../revenue/Revenue";
import Subscription from "../subscriptions/Subscription";
import Subscriptions from "../subscriptions/Subscriptions";
import Tenant from "../tenants/Tenant";
import Tenants from "../tenants/Tenants";

/** A page of the console: where it is, what it is called, the list, and the page of one thing of the list. */
export interface Entry {
  readonly path: string;
  readonly name: Phrase;
  readonly Whole: ComponentType;
  readonly One?: ComponentType<{ readonly id: string }>;
}

function entry(path: string, name: Phrase, Whole: ComponentType, One?: ComponentType<{ readonly id: string }>): Entry {
  return { path, name, Whole, ...(One && { One }) };
}

/** All pages, as the navigation groups them. */
export const GROUPS: readonly { readonly name: Phrase; readonly entries: readonly Entry[] }[] = [
  {
    name: "Today",
    entries: [
      entry("/", "Dashboard", Dashboard),
      entry("/inbox", "Inbox", Inbox),
    ],
  },
  {
    name: "Receivables",
    entries: [
      entry("/invoices", "Invoices", Invoices, Invoice),
      entry("/payments", "Payments", Payments, Payment),
      entry("/refunds", "Refunds", Refunds, Refund),
      entry("/dunning", "Dunning", DunningCases, DunningCase),
    ],
  },
  {
    name: "Customers",
    entries: [
      entry("/tenants", "Tenants", Tenants, Tenant),
      entry("/subscriptions", "Subscriptions", Subscriptions, Subscription),
      entry("/mrr", "MRR changes", MrrChanges),
      entry("/churn", "Churn", Churn),
    ],
  },
  {
    name: "Books",
    entries: [
      entry("/revenue", "Revenue", Revenue),
      entry("/reconciliation", "Reconciliation", Reconciliation),
      entry("/platform-fees", "Platform fees", PlatformFees),
      entry("/closing", "Month close", Closing),
      entry("/ledger", "Ledger", Ledger),
      entry("/bank-files", "Bank files", BankFiles),
    ],
  },
  {
    name: "Control",
    entries: [
      entry("/audit", "Audit trail", Audit),
      entry("/providers", "Providers", Providers),
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
