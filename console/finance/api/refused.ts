import type { Failure } from "../../session/transport";
import { useLanguage } from "../../words/language";
import { factsOf } from "../../words/facts";
import { type Phrase, t, told } from "../../words/words";

/** The codes that a page has an answer to, of the API's `ErrorCode`. */
type Answered = "CONFLICT" | "NOT_FOUND" | "PAYER_ACCOUNT_NEEDED" | "STALE_PREVIEW" | "TRANSFER_NOT_UNMATCHED" | "FORBIDDEN";

/** What the service refused, or could not do: its sentence, its code, and the facts that it tells with it. */
export class Refused extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ message, extensions = {} }: Failure) {
    super(message);
    const { code = "INTERNAL", ...details } = extensions;
    this.code = code;
    this.details = details;
  }

  is(...codes: readonly Answered[]): boolean {
    return (codes as readonly string[]).includes(this.code);
  }

  /** Who asks may not, or not now, or cannot be made sure of: asking for the next thing will not do either. */
  get isAboutCaller(): boolean {
    return ["UNAUTHENTICATED", "FRESH_AUTH_REQUIRED", "FORBIDDEN", "NOT_SENT"].includes(this.code);
  }
}

/** Refusals whose code and facts tell all of them. */
const KNOWN: Readonly<Record<string, Phrase>> = {
  BANK_FILE_DUPLICATE: "The same file came before, as {file_name}, from {imported_by}. Nothing was booked.",
  CREDIT_EXCEEDED: "{asked} of the tenant’s credit is needed, but only {available} is there.",
  FX_RATE_MISSING: "There is no rate of {currency} for {day} or any day before.",
  INTERNAL: "Something went wrong on our side ({request_id}).",
  INVOICE_NOT_PAYABLE: "Nothing is left to pay on invoice {number}.",
  PAYER_ACCOUNT_NEEDED: "The bank’s file does not say whose account the money came from.",
  PERIOD_CLOSED: "{day} lies in a month that is closed; the first open day is {first_open}.",
  REFUND_EXCEEDS_BALANCE: "{asked} was asked back, but only {refundable} is left on this payment.",
  STALE_PREVIEW: "The figures have changed since the preview: look at them again.",
  TIMEOUT: "This took too long and was stopped; ask for less at once.",
  TRANSFER_NOT_UNMATCHED: "The transfer has been dealt with meanwhile; load it again.",
};

/** Why something is not there, for the page. The service speaks English; on other pages its sentence stands where no phrase
 * says the same. */
export function said(error: Error): string {
  const phrase = error instanceof Refused ? KNOWN[error.code] : undefined;
  if (!(error instanceof Refused) || !phrase || useLanguage.getState().language === "en") return told(error.message);
  const translated = t(phrase, factsOf(error.details));
  return translated.includes("{") ? error.message : translated;
}
