import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AssignTransferDocument, type SuggestionFragment, type TransferFragment } from "../../generated/graphql";
import { actor } from "../../session/session";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { answer } from "../api/ask";
import { Refused, said } from "../api/refused";
import { ChangeDialog } from "../look/ChangeDialog";
import { INVOICE_STATUS } from "../look/labels";
import { tell } from "../look/notices";
import { Score } from "./Suggestions";
import { outcome, told } from "./outcome";

/** A transfer with the suggestion that was chosen for it. */
export interface Pair {
  readonly transfer: TransferFragment;
  readonly suggestion: SuggestionFragment;
}

type Result = { readonly text: string; readonly failed: boolean };

/** Assign several transfers, each to its chosen suggestion, with one reason and one sign-in; each row tells its result. */
export function BulkDialog({ pairs, close }: { readonly pairs: readonly Pair[]; readonly close: () => void }) {
  const client = useQueryClient();
  const [author] = useState(actor);
  const [results, setResults] = useState<Readonly<Record<string, Result>>>({});
  const foretold = foretell(pairs);

  /** Those that are not done yet, one after the other: a refused sign-in stops the rest. */
  async function assignAll(reason: string) {
    const left = pairs.filter(({ transfer }) => results[transfer.id]?.failed !== false);
    let refused = 0;
    for (const pair of left) {
      const result = await assignOne(pair, reason, author);
      refused += Number(result.failed);
      setResults((before) => ({ ...before, [pair.transfer.id]: result }));
    }
    if (refused > 0) throw new Refused({ message: t("{n} of {all} were not assigned; the others are.", { n: refused, all: pairs.length }) });
    tell({ text: t("{n} transfers assigned.", { n: pairs.length }) });
  }

  return (
    <ChangeDialog
      title={t("Assign {n} transfers", { n: pairs.length })}
      action={t("Assign all")}
      close={() => {
        close();
        void client.invalidateQueries();
      }}
      change={assignAll}
      reasons={[t("Reference and amount agree"), t("Confirmed by the payer")]}
    >
      <ul className="bulk">
        {pairs.map(({ transfer, suggestion }, place) => {
          const result = results[transfer.id];
          return (
            <li key={transfer.id} data-result={result && (result.failed ? "failed" : "done")}>
              <span>
                <strong className="figures">{money(transfer.amount)}</strong> {transfer.counterpartyName} → {suggestion.invoice.number}{" "}
                {suggestion.invoice.customerName}
              </span>
              <Score of={suggestion.score} />
              <small>{result ? result.text : foretold[place]}</small>
            </li>
          );
        })}
      </ul>
    </ChangeDialog>
  );
}

/** What each of them leads to. They are assigned one after the other: what one pays is not left for the next. */
function foretell(pairs: readonly Pair[]): readonly string[] {
  const left = new Map<string, number>();
  return pairs.map(({ transfer: { amount }, suggestion: { invoice } }) => {
    const amountCents = left.get(invoice.id) ?? invoice.outstanding.amountCents;
    left.set(invoice.id, Math.max(amountCents - amount.amountCents, 0));
    if (amountCents === 0) return t("Nothing is left to pay on invoice {number}.", { number: invoice.number });
    const then = { ...invoice, outstanding: { ...invoice.outstanding, amountCents } };
    return told(outcome(amount, then), then);
  });
}

/** A refusal is about this row alone, unless it is about who asks. */
async function assignOne({ transfer, suggestion: { invoice } }: Pair, reason: string, author: string | undefined): Promise<Result> {
  try {
    const variables = { input: { transferId: transfer.id, invoiceId: invoice.id, reason } };
    const { assignTransfer } = await answer({ document: AssignTransferDocument, variables }, { changes: true, author });
    const [paid] = assignTransfer.invoices;
    return { text: paid ? `${paid.number}: ${t(INVOICE_STATUS[paid.status][0])}` : t("Assigned"), failed: false };
  } catch (error) {
    if (error instanceof Refused && !error.isAboutCaller) return { text: said(error), failed: true };
    throw error;
  }
}
