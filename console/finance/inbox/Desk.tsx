import "./inbox.css";
import { useEffect, useRef, useState } from "react";
import type { TransferFragment } from "../../generated/graphql";
import { t } from "../../words/words";
import { useKeys } from "../shell/keys";
import { usePlace } from "../route/location";
import { AssignDialog } from "./AssignDialog";
import { BulkDialog, type Pair } from "./BulkDialog";
import { DealtWith } from "./DealtWith";
import { show } from "./Inbox";
import { List } from "./List";
import { IgnoreDialog } from "./ParkDialogs";
import { ReturnDialog } from "./ReturnDialog";
import { SplitDialog } from "./SplitDialog";
import { Suggestions } from "./Suggestions";
import { Transfer } from "./Transfer";

/** A dialog, with what it was opened for: the list may change behind it, what a person confirms may not. */
interface Open {
  readonly kind: "assign" | "split" | "ignore" | "return";
  readonly transfer: TransferFragment;
  readonly chosen: number;
}

const SUGGESTIONS_MAX = 5;

/** The list of transfers beside the one that is worked on, with the keys for all of it. */
export function Desk({ transfers }: { readonly transfers: readonly TransferFragment[] }) {
  const wanted = usePlace(({ query }) => query.get("transfer"));
  const place = usePlaceIn(transfers, wanted);
  const [choices, setChoices] = useState<Readonly<Record<string, number>>>({});
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<Open>();
  const [bulk, setBulk] = useState<readonly Pair[]>();
  const transfer = transfers[place] as TransferFragment;
  const chosen = choices[transfer.id] ?? 0;
  const suggestion = transfer.suggestions[chosen];
  const isOpen = transfer.status === "UNMATCHED";
  const pairs = transfers.flatMap((one) => {
    const found = one.suggestions[choices[one.id] ?? 0];
    return selected.has(one.id) && found ? [{ transfer: one, suggestion: found }] : [];
  });

  const move = (steps: number) => show(transfers[Math.min(Math.max(place + steps, 0), transfers.length - 1)]);
  const choose = (at: number) => transfer.suggestions[at] && setChoices({ ...choices, [transfer.id]: at });
  const ask = (kind: Open["kind"]) => setOpen({ kind, transfer, chosen });
  const toggle = ({ id }: TransferFragment) => setSelected(new Set(selected.has(id) ? [...selected].filter((one) => one !== id) : [...selected, id]));
  const assign = () => (pairs.length > 0 ? setBulk(pairs) : isOpen && ask(suggestion ? "assign" : "split"));

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    a: assign,
    s: () => isOpen && ask("split"),
    i: () => isOpen && ask("ignore"),
    x: () => isOpen && suggestion && toggle(transfer),
    ...Object.fromEntries(Array.from({ length: SUGGESTIONS_MAX }, (_, at) => [String(at + 1), () => choose(at)])),
  });

  return (
    <div className="desk" data-detail={wanted !== null}>
      <div className="side">
        <List transfers={transfers} current={transfer} selected={selected} toggle={toggle} />
        {pairs.length > 0 && (
          <p className="bulk-bar" role="status">
            {t("{n} selected", { n: pairs.length })}
            <button type="button" className="main" onClick={() => setBulk(pairs)}>
              {t("Assign all")}
            </button>
            <button type="button" onClick={() => setSelected(new Set())}>
              {t("Clear")}
            </button>
          </p>
        )}
      </div>
      <div className="detail">
        <button type="button" className="back" onClick={() => show(undefined)}>
          {t("Back to the list")}
        </button>
        <Transfer transfer={transfer} chosen={chosen}>
          {isOpen ? (
            <>
              <div className="actions">
                <button type="button" className="main" disabled={!suggestion} aria-keyshortcuts="a" onClick={() => ask("assign")}>
                  {t("Assign")} <kbd>a</kbd>
                </button>
                <button type="button" aria-keyshortcuts="s" onClick={() => ask("split")}>
                  {t("Split or find")} <kbd>s</kbd>
                </button>
                <button type="button" aria-keyshortcuts="i" onClick={() => ask("ignore")}>
                  {t("Ignore")} <kbd>i</kbd>
                </button>
                {transfer.amount.amountCents > 0 && (
                  <button type="button" onClick={() => ask("return")}>
                    {t("Return")}
                  </button>
                )}
              </div>
              <Suggestions transfer={transfer} chosen={chosen} choose={choose} />
            </>
          ) : (
            <DealtWith transfer={transfer} />
          )}
        </Transfer>
      </div>
      {open && <Dialog of={open} close={() => setOpen(undefined)} />}
      {bulk && (
        <BulkDialog
          pairs={bulk}
          close={() => {
            setSelected(new Set());
            setBulk(undefined);
          }}
        />
      )}
    </div>
  );
}

function Dialog({ of: { kind, transfer, chosen }, close }: { readonly of: Open; readonly close: () => void }) {
  const dialog = { transfer, close };
  const suggestion = transfer.suggestions[chosen];
  if (kind === "ignore") return <IgnoreDialog {...dialog} />;
  if (kind === "return") return <ReturnDialog {...dialog} />;
  if (kind === "split" || !suggestion) return <SplitDialog {...dialog} chosen={chosen} reasons={[t("One payment for several invoices")]} />;
  return <AssignDialog {...dialog} invoice={suggestion.invoice} reasons={reasonsFor(transfer, chosen)} />;
}

/** What speaks for the chosen invoice, as reasons to take with a click. */
function reasonsFor({ suggestions }: TransferFragment, chosen: number): readonly string[] {
  const telling = suggestions[chosen]?.signals.filter(({ score }) => score >= 0.9) ?? [];
  return [...telling.slice(0, 2).map(({ evidence }) => evidence), t("Confirmed by the payer")];
}

/** Where the wanted transfer is in the list. Of one that has left it, the next one takes the place: work goes on from there. */
function usePlaceIn(transfers: readonly TransferFragment[], wanted: string | null): number {
  const latest = useRef(0);
  const found = transfers.findIndex(({ id }) => id === wanted);
  const place = found >= 0 ? found : wanted === null ? 0 : Math.min(latest.current, transfers.length - 1);
  useEffect(() => {
    latest.current = place;
  }, [place]);
  return place;
}
