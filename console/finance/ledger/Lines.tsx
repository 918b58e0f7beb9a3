import { t } from "../../words/words";
import type { Amount } from "../../words/figures";
import { Money } from "../look/Money";
import { type Column, Table } from "../look/Table";

interface Line {
  readonly account: string;
  readonly accountName: string;
  readonly amount: Amount;
}

const LINE: readonly Column<Line>[] = [
  { head: "Account", cell: ({ account, accountName }) => `${account} ${accountName}` },
  { head: "Amount", cell: ({ amount }) => <Money of={amount} />, figures: true },
];

/** The legs that would be booked. */
export function Lines({ of }: { readonly of: readonly Line[] }) {
  if (of.length === 0) return null;
  return <Table label={t("What would be booked")} rows={of} columns={LINE} sums />;
}
