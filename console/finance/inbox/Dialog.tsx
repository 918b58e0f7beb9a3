import type { TransferFragment } from "../../generated/graphql";
import { t } from "../../words/words";
import { AssignDialog } from "./AssignDialog";
import { BulkDialog, type Pair } from "./BulkDialog";
import { IgnoreDialog, RestoreDialog } from "./ParkDialogs";
import { ReturnDialog } from "./ReturnDialog";
import { SplitDialog } from "./SplitDialog";

interface OfOne {
  readonly kind: "assign" | "split" | "ignore" | "return" | "restore";
  readonly transfer: TransferFragment;
  readonly chosen: number;
}

interface OfSeveral {
  readonly kind: "bulk";
  readonly pairs: readonly Pair[];
}

/** A dialog, with what it was opened for: the list may change or go behind it, what a person confirms may not. */
export type Open = OfOne | OfSeveral;

export function Dialog({ of, close }: { readonly of: Open; readonly close: () => void }) {
  return of.kind === "bulk" ? <BulkDialog pairs={of.pairs} close={close} /> : <Single of={of} close={close} />;
}

function Single({ of: { kind, transfer, chosen }, close }: { readonly of: OfOne; readonly close: () => void }) {
  const dialog = { transfer, close };
  const suggestion = transfer.suggestions[chosen];
  if (kind === "ignore") return <IgnoreDialog {...dialog} />;
  if (kind === "restore") return <RestoreDialog {...dialog} />;
  if (kind === "return") return <ReturnDialog {...dialog} />;
  if (kind === "split" || !suggestion) return <SplitDialog {...dialog} chosen={chosen} reasons={[t("One payment for several invoices")]} />;
  return <AssignDialog {...dialog} invoice={suggestion.invoice} reasons={reasonsFor(transfer, chosen)} />;
}

/** What speaks for the chosen invoice, as reasons to take with a click. */
function reasonsFor({ suggestions }: TransferFragment, chosen: number): readonly string[] {
  const telling = suggestions[chosen]?.signals.filter(({ score }) => score >= 0.9) ?? [];
  return [...telling.slice(0, 2).map(({ evidence }) => evidence), t("Confirmed by the payer")];
}
