import { useEffect, useRef } from "react";
import type { TransferFragment } from "../../generated/graphql";
import { day } from "../../words/days";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { Status } from "../look/Badge";
import { TRANSFER_STATUS } from "../look/labels";
import { show } from "./Inbox";
import { Score } from "./Suggestions";

interface ListProps {
  readonly transfers: readonly TransferFragment[];
  readonly current: TransferFragment;
  readonly selected: ReadonlySet<string>;
  readonly toggle: (transfer: TransferFragment) => void;
}

/** The transfers, each with its best suggestion. */
export function List({ transfers, current, selected, toggle }: ListProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    row.current?.scrollIntoView({ block: "nearest" }); // which answers with a promise in newer browsers
  }, [current.id]);
  return (
    <ul className="transfers" aria-label={t("Transfers")}>
      {transfers.map((transfer) => {
        const isCurrent = transfer.id === current.id;
        return (
          <li key={transfer.id} ref={isCurrent ? row : null} aria-current={isCurrent || undefined}>
            <input
              type="checkbox"
              aria-label={t("Select {amount} from {payer}", { amount: money(transfer.amount), payer: payer(transfer) })}
              checked={selected.has(transfer.id)}
              disabled={transfer.suggestions.length === 0}
              onChange={() => toggle(transfer)}
            />
            <button type="button" onClick={() => show(transfer)}>
              <span className="payer">{payer(transfer)}</span>
              <span className="figures">{money(transfer.amount)}</span>
              <small>{[day(transfer.bookedOn), transfer.ocrText ?? transfer.message].filter(Boolean).join(" · ")}</small>
              <Best of={transfer} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Best({ of: { suggestions, status } }: { readonly of: TransferFragment }) {
  const [best] = suggestions;
  if (status !== "UNMATCHED") return <Status of={status} in={TRANSFER_STATUS} />;
  return best ? <Score of={best.score} /> : <small>{t("no suggestion")}</small>;
}

function payer({ counterpartyName }: TransferFragment): string {
  return counterpartyName ?? t("Unknown payer");
}
