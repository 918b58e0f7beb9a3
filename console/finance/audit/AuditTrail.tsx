import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { AuditOfDocument } from "../../generated/graphql";
import { moment } from "../../words/days";
import { t } from "../../words/words";
import { answer } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { Section } from "../look/Section";
import { Subject } from "./Subject";

interface AuditTrailProps {
  readonly subjectId: string;
  /** What belongs to it, and under whose ids events stand too. */
  readonly others?: readonly (string | undefined)[];
}

/** Who did what with one thing and with what belongs to it, and why; the latest first. */
export function AuditTrail({ subjectId: subject, others = [] }: AuditTrailProps) {
  const trail = useTrail([...new Set([subject, ...others])].filter((id) => id !== undefined));
  return (
    <Section title={t("Audit trail")}>
      <Answered of={trail}>
        {(events) =>
          events.length === 0 ? (
            <Empty>{t("No event of the trail is about it.")}</Empty>
          ) : (
            <ol className="trail">
              {events.map(({ id, occurredAt, actor, action, subjectType, subjectId, reason }) => (
                <li key={id}>
                  <time dateTime={occurredAt}>{moment(occurredAt)}</time>
                  <span>
                    <code>{action}</code> {actor} {subjectId !== subject && <Subject type={subjectType} id={subjectId} />}
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

/** The events of several things: the trail is asked for one at a time. */
function useTrail(subjects: readonly string[]) {
  return useQuery({
    queryKey: [AuditOfDocument.toString(), subjects],
    queryFn: async () => {
      const trails = await Promise.all(subjects.map((subjectId) => answer({ document: AuditOfDocument, variables: { subjectId } })));
      const events = trails.flatMap(({ auditEvents }) => auditEvents.nodes);
      return events.sort((one, other) => Date.parse(other.occurredAt) - Date.parse(one.occurredAt));
    },
    placeholderData: keepPreviousData,
  });
}
