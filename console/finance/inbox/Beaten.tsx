import { AuditOfDocument } from "../../generated/graphql";
import { time } from "../../words/days";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import type { Refused } from "../api/refused";

/** Where a colleague was faster: who, when, and why. */
export function Beaten({ transferId, by }: { readonly transferId: string; readonly by: Refused }) {
  const isBeaten = by.is("TRANSFER_NOT_UNMATCHED");
  const { data } = useAsk({ document: AuditOfDocument, variables: { subjectId: transferId } }, { when: isBeaten });
  const [last] = data?.auditEvents.nodes ?? [];
  if (!isBeaten || !last) return null;
  return <>{t("A colleague was faster: {actor} at {time}, “{reason}”.", { actor: last.actor, time: time(last.occurredAt), reason: last.reason ?? "–" })}</>;
}
