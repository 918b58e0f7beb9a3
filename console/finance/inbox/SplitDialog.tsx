import { useState } from "react";
import { AssignTransferDocument, FindPayableDocument, type PayableFragment, type TransferFragment } from "../../generated/graphql";
import { money, plainMoney, typedCents } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk, useChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { announce } from "./AssignDialog";
import { Beaten } from "./Beaten";

/** A part of the transfer: for an invoice, or as credit of its tenant. */
interface Part {
  readonly invoice: PayableFragment;
  readonly asCredit: boolean;
  readonly typed: string;
}

interface SplitDialogProps {
  readonly transfer: TransferFragment;
  readonly chosen: number;
  readonly reasons: readonly string[];
  readonly close: () => void;
}

/** Divide a transfer over invoices, and over the credit of their tenants; the parts add up to it. */
export function SplitDialog({ transfer, chosen, reasons, close }: SplitDialogProps) {
  const assign = useChange(AssignTransferDocument);
  const { currency, amountCents: whole } = transfer.amount;
  const first = transfer.suggestions[chosen]?.invoice;
  const [parts, setParts] = useState<readonly Part[]>(() => (first ? [part(first, whole)] : []));
  const cents = parts.map(({ typed }) => typedCents(typed, currency));
  const rest = whole - cents.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const ready = parts.length > 0 && rest === 0 && cents.every((one) => one !== undefined && one !== 0);
  const put = (place: number, changed: Partial<Part>) => setParts(parts.map((one, at) => (at === place ? { ...one, ...changed } : one)));

  return (
    <ChangeDialog
      title={t("Split {amount}", { amount: money(transfer.amount) })}
      action={t("Assign")}
      reasons={reasons}
      ready={ready}
      close={close}
      explain={(refused) => <Beaten transferId={transfer.id} by={refused} />}
      change={async (reason) => {
        const allocations = parts.map(({ invoice, asCredit }, place) => ({
          ...(asCredit ? { tenantId: invoice.tenant.id } : { invoiceId: invoice.id }),
          amountCents: cents[place] ?? 0,
        }));
        const { assignTransfer } = await assign.mutateAsync({ input: { transferId: transfer.id, allocations, reason } });
        announce(transfer, assignTransfer.invoices);
      }}
    >
      <ul className="parts">
        {parts.map(({ invoice, asCredit, typed }, place) => (
          <li key={`${invoice.id}-${asCredit}`}>
            <span>
              <strong>{asCredit ? t("Credit") : invoice.number}</strong> {asCredit ? invoice.tenant.name : invoice.customerName}
              {!asCredit && <small>{t("{amount} outstanding", { amount: money(invoice.outstanding) })}</small>}
            </span>
            <input
              inputMode="decimal"
              className="figures"
              aria-label={t("Amount for {name}", { name: asCredit ? invoice.tenant.name : invoice.number })}
              aria-invalid={cents[place] === undefined}
              value={typed}
              onChange={(event) => put(place, { typed: event.target.value })}
            />
            <button type="button" aria-label={t("Take away")} onClick={() => setParts(parts.filter((_, at) => at !== place))}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <p className={`outcome ${rest === 0 ? "exact" : "short"}`} role="status">
        {told(rest, currency)}{" "}
        {rest > 0 && parts[0] && !parts.some(({ asCredit }) => asCredit) && (
          <button
            type="button"
            onClick={() => parts[0] && setParts([...parts, { invoice: parts[0].invoice, asCredit: true, typed: plainMoney({ amountCents: rest, currency }) }])}
          >
            {t("Make it credit of {tenant}", { tenant: parts[0].invoice.tenant.name })}
          </button>
        )}
      </p>
      <Find
        known={transfer.suggestions.map(({ invoice }) => invoice)}
        currency={currency}
        taken={parts.map(({ invoice }) => invoice.id)}
        take={(invoice) => setParts([...parts, part(invoice, rest)])}
      />
    </ChangeDialog>
  );
}

/** What of the transfer is not used yet, or used more than once. */
function told(rest: number, currency: string): string {
  if (rest === 0) return t("All of it is used.");
  if (rest > 0) return t("{rest} is left to be used.", { rest: money({ amountCents: rest, currency }) });
  return t("{rest} more is used than there is.", { rest: money({ amountCents: Math.abs(rest), currency }) });
}

/** As much of what is left as the invoice can take. */
function part(invoice: PayableFragment, left: number): Part {
  const amountCents = Math.min(left, invoice.outstanding.amountCents);
  return { invoice, asCredit: false, typed: plainMoney({ amountCents, currency: invoice.outstanding.currency }) };
}

interface FindProps {
  readonly known: readonly PayableFragment[];
  readonly currency: string;
  readonly taken: readonly string[];
  readonly take: (invoice: PayableFragment) => void;
}

const LETTERS_MIN = 2;

/** Finds open invoices in the currency of the transfer: the suggested ones first, then by what is typed. */
function Find({ known, currency, taken, take }: FindProps) {
  const [search, setSearch] = useState("");
  const isSearching = search.trim().length >= LETTERS_MIN;
  const { data } = useAsk({ document: FindPayableDocument, variables: { search: search.trim(), currency } }, { when: isSearching });
  const found = (isSearching ? (data?.invoices.nodes ?? []) : known).filter(({ id }) => !taken.includes(id));
  return (
    <div className="find">
      <input
        type="search"
        aria-label={t("Find an invoice")}
        placeholder={t("Find an invoice by number, OCR or customer")}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
      <ul>
        {found.map((invoice) => (
          <li key={invoice.id}>
            <button type="button" onClick={() => take(invoice)}>
              <strong>{invoice.number}</strong> {invoice.customerName} <span className="figures">{money(invoice.outstanding)}</span>
            </button>
          </li>
        ))}
        {isSearching && data?.invoices.nodes.length === 0 && <li className="none">{t("No open invoice in {currency} is like that.", { currency })}</li>}
      </ul>
    </div>
  );
}
