import { AuditOfDocument } from "../../generated/graphql";
import { moment } from "../../words/days";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { Section } from "../look/Section";

/** Who did what with one thing, and why; the latest first. */
export function AuditTrail({ subjectId }: { readonly subjectId: string }) {
  const trail = useAsk({ document: AuditOfDocument, variables: { subjectId } });
  return (
    <Section title={t("Audit trail")}>
      <Answered of={trail}>
        {({ auditEvents: { nodes } }) =>
          nodes.length === 0 ? (
            <Empty>{t("Nobody has changed it by hand.")}</Empty>
          ) : (
            <ol className="trail">
              {nodes.map(({ id, occurredAt, actor, action, reason }) => (
                <li key={id}>
                  <time dateTime={occurredAt}>{moment(occurredAt)}</time>
                  <span>
                    <code>{action}</code> {actor}
                  </span>
                  {reason && <q>{reason}</q>}
                </li>
              ))}
            </ol>
          )
        }
      </Answered>
    </Section>
  );
}
