import "./inbox.css";
import { useEffect, useRef, useState } from "react";
import type { TransferFragment } from "../../generated/graphql";
import { t } from "../../words/words";
import { useKeys } from "../shell/keys";
import { usePlace } from "../route/location";
import { DealtWith } from "./DealtWith";
import type { Open } from "./Dialog";
import { show } from "./Inbox";
import { List } from "./List";
import { Suggestions } from "./Suggestions";
import { Transfer } from "./Transfer";

interface DeskProps {
  readonly transfers: readonly TransferFragment[];
  readonly open: (dialog: Open) => void;
}

const SUGGESTIONS_MAX = 5;

/** The list of transfers beside the one that is worked on, with the keys for all of it. */
export function Desk({ transfers, open }: DeskProps) {
  const wanted = usePlace(({ query }) => query.get("transfer"));
  const place = usePlaceIn(transfers, wanted);
  const [choices, setChoices] = useState<Readonly<Record<string, number>>>({});
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const transfer = transfers[place] as TransferFragment;
  const chosen = choices[transfer.id] ?? 0;
  const suggestion = transfer.suggestions[chosen];
  const isOpen = transfer.status === "UNMATCHED";
  const canPay = isOpen && transfer.amount.amountCents > 0;
  const pairs = transfers.flatMap((one) => {
    const found = one.suggestions[choices[one.id] ?? 0];
    return selected.has(one.id) && found ? [{ transfer: one, suggestion: found }] : [];
  });

  const move = (steps: number) => show(transfers[Math.min(Math.max(place + steps, 0), transfers.length - 1)]);
  const choose = (at: number) => transfer.suggestions[at] && setChoices({ ...choices, [transfer.id]: at });
  const ask = (kind: Exclude<Open["kind"], "bulk">) => open({ kind, transfer, chosen });
  const askAll = () => {
    open({ kind: "bulk", pairs });
    setSelected(new Set());
  };
  const toggle = ({ id }: TransferFragment) => setSelected(new Set(selected.has(id) ? [...selected].filter((one) => one !== id) : [...selected, id]));
  const assign = () => (pairs.length > 0 ? askAll() : canPay && ask(suggestion ? "assign" : "split"));

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    a: assign,
    s: () => canPay && ask("split"),
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
            <button type="button" className="main" onClick={askAll}>
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
                {canPay && (
                  <>
                    <button type="button" className="main" disabled={!suggestion} aria-keyshortcuts="a" onClick={() => ask("assign")}>
                      {t("Assign")} <kbd>a</kbd>
                    </button>
                    <button type="button" aria-keyshortcuts="s" onClick={() => ask("split")}>
                      {t("Split or find")} <kbd>s</kbd>
                    </button>
                  </>
                )}
                <button type="button" aria-keyshortcuts="i" onClick={() => ask("ignore")}>
                  {t("Ignore")} <kbd>i</kbd>
                </button>
                {canPay && (
                  <button type="button" onClick={() => ask("return")}>
                    {t("Return")}
                  </button>
                )}
              </div>
              {canPay ? <Suggestions transfer={transfer} chosen={chosen} choose={choose} /> : <p className="empty">{t("A deduction by the payer pays nothing here.")}</p>}
            </>
          ) : (
            <DealtWith transfer={transfer} restore={() => ask("restore")} />
          )}
        </Transfer>
      </div>
    </div>
  );
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
