/** Words and numbers; "F-101" is one. */
const TOKENS = /([\p{L}\p{N}]+(?:[-/.][\p{L}\p{N}]+)*)/u;
const LETTERS_MIN = 3;
const DIGITS_MIN = 4;

/** A text with those of its words and numbers marked that stand in the other texts, too. */
export function Marked({ text, against }: { readonly text: string; readonly against: readonly (string | null | undefined)[] }) {
  const others = against.flatMap((other) => (other ?? "").split(TOKENS)).map(plain).filter(isTelling);
  return text.split(TOKENS).map((token, place) => (meets(plain(token), others) ? <mark key={place}>{token}</mark> : token));
}

function meets(token: string, others: readonly string[]): boolean {
  if (!isTelling(token)) return false;
  return others.some((other) => other === token || (isNumber(token) && isNumber(other) && (other.includes(token) || token.includes(other))));
}

function isTelling(token: string): boolean {
  return token.length >= (isNumber(token) ? DIGITS_MIN : LETTERS_MIN);
}

function isNumber(token: string): boolean {
  return /^\d+$/.test(token);
}

/** Without accents, case and what joins: banks take all of these away. */
function plain(token: string): string {
  return token.normalize("NFD").replace(/[\p{M}\-/.]/gu, "").toLowerCase();
}
