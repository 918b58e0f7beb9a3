import type { SuggestionFragment, TransferFragment } from "../../generated/graphql";
import { day } from "../../words/days";
import { percent } from "../../words/figures";
import { t } from "../../words/words";
import { Money } from "../look/Money";
import { SIGNAL } from "../look/labels";
import { Link } from "../route/Link";
import { Marked } from "./Marked";
import { outcome, told } from "./outcome";

interface SuggestionsProps {
  readonly transfer: TransferFragment;
  readonly chosen: number;
  readonly choose: (place: number) => void;
}

/** The invoices that a transfer may pay, best first, with what speaks for each. */
export function Suggestions({ transfer, chosen, choose }: SuggestionsProps) {
  if (transfer.suggestions.length === 0)
    return <p className="empty">{t("No open invoice is like it. Find the invoice yourself, or ignore the transfer if it pays nothing here.")}</p>;
  return (
    <ol className="suggestions" aria-label={t("Suggestions")}>
      {transfer.suggestions.map((suggestion, place) => (
        <li key={suggestion.invoice.id} data-chosen={place === chosen}>
          <label>
            <input type="radio" name={`suggestion-${transfer.id}`} checked={place === chosen} onChange={() => choose(place)} />
            <kbd>{place + 1}</kbd>
            <Invoice suggestion={suggestion} transfer={transfer} />
          </label>
          {place === chosen && <Evidence of={suggestion} />}
        </li>
      ))}
    </ol>
  );
}

function Invoice({ suggestion: { invoice, score }, transfer }: { readonly suggestion: SuggestionFragment; readonly transfer: TransferFragment }) {
  const said = [transfer.ocrText, transfer.message, transfer.counterpartyName];
  const result = outcome(transfer.amount, invoice);
  return (
    <>
      <span className="what">
        <strong>
          <Marked text={invoice.number} against={said} />
        </strong>{" "}
        <Marked text={invoice.customerName} against={said} />
        <small>
          {invoice.ocr && (
            <>
              OCR <Marked text={invoice.ocr} against={said} /> ·{" "}
            </>
          )}
          {t("due {day}", { day: day(invoice.dueOn) })} · <Link href={`/invoices/${invoice.id}`}>{t("Invoice")}</Link>
        </small>
      </span>
      <span className={`amount ${result.kind}`} title={told(result, invoice)}>
        <Money of={invoice.outstanding} />
        <small>{t(OUTCOME[result.kind])}</small>
      </span>
      <Score of={score} />
    </>
  );
}

const OUTCOME = { exact: "exactly", surplus: "surplus", short: "short" } as const;

/** How well it fits, from 0 to 100 %. */
export function Score({ of }: { readonly of: number }) {
  return (
    <span className={`score ${of >= 0.9 ? "high" : of >= 0.7 ? "middle" : "low"}`}>
      <meter min={0} max={1} value={of} aria-hidden="true" />
      {percent(of, 0)}
    </span>
  );
}

function Evidence({ of: { signals } }: { readonly of: SuggestionFragment }) {
  return (
    <dl className="evidence">
      {signals.map(({ kind, score, evidence }) => (
        <div key={kind} data-for={score >= 0.5}>
          <dt>
            {t(SIGNAL[kind])} <span>{percent(score, 0)}</span>
          </dt>
          <dd lang="en">{evidence}</dd>
        </div>
      ))}
    </dl>
  );
}
