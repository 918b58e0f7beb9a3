import type { LegFragment } from "../../generated/graphql";
import { day } from "../../words/days";
import { t } from "../../words/words";
import { Empty } from "../look/Answered";
import { Money } from "../look/Money";
import { Section } from "../look/Section";
import { type Column, Table } from "../look/Table";

export const LEG: readonly Column<LegFragment>[] = [
  { head: "Booked", cell: ({ bookedOn }) => day(bookedOn) },
  { head: "Account", cell: ({ account, accountName }) => `${account} ${accountName}`, narrow: "title" },
  { head: "Book", cell: ({ book }) => book?.name ?? t("Platform"), minor: true },
  { head: "Text", cell: ({ description }) => description, text: true },
  { head: "Amount", cell: ({ amount }) => <Money of={amount} />, figures: true },
];

/** The legs of the journals that one thing has made, debit positive. */
export function Legs({ of }: { readonly of: readonly LegFragment[] }) {
  return (
    <Section title={t("Accounting entries")}>
      {of.length === 0 ? <Empty>{t("Nothing is booked.")}</Empty> : <Table label={t("Accounting entries")} rows={of} columns={LEG} />}
    </Section>
  );
}
