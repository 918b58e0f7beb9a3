import type { Failure } from "../../session/transport";

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

  /** Who asks may not, or not now: asking for the next thing will not do either. */
  get isAboutCaller(): boolean {
    return ["UNAUTHENTICATED", "FRESH_AUTH_REQUIRED", "FORBIDDEN"].includes(this.code);
  }
}
