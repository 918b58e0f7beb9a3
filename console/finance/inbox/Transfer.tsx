import type { ReactNode } from "react";
import type { TransferFragment } from "../../generated/graphql";
import { day } from "../../words/days";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { Status } from "../look/Badge";
import { Facts } from "../look/Facts";
import { TRANSFER_STATUS } from "../look/labels";
import { Link } from "../route/Link";
import { link } from "../route/location";
import { Marked } from "./Marked";

/** One transfer: what the bank told of it, with what meets the chosen invoice marked. */
export function Transfer({ transfer, chosen, children }: { readonly transfer: TransferFragment; readonly chosen: number; readonly children: ReactNode }) {
  const invoice = transfer.suggestions[chosen]?.invoice;
  const theirs = [invoice?.number, invoice?.ocr, invoice?.customerName, invoice?.tenant.name];
  const marked = (text: string | null) => text && <Marked text={text} against={theirs} />;
  return (
    <article className="transfer" aria-label={t("The chosen transfer")}>
      <header>
        <h2 className="figures">{money(transfer.amount)}</h2>
        <p>{transfer.counterpartyName ?? t("Unknown payer")}</p>
        <Status of={transfer.status} in={TRANSFER_STATUS} />
      </header>
      <Facts
        of={[
          ["Reference", marked(transfer.ocrText)],
          ["Message", marked(transfer.message)],
          ["Payer", marked(transfer.counterpartyName)],
          ["Account", transfer.counterpartyAccount],
          ["Booked", day(transfer.bookedOn)],
          ["Deposit", transfer.depositReference],
          ["Bank file", transfer.bankFile && <Link href={link("/inbox", { file: transfer.bankFile.id, status: "all" })}>{transfer.bankFile.fileName}</Link>],
          ["Ignored because", transfer.ignoredReason],
        ]}
      />
      {children}
    </article>
  );
}
