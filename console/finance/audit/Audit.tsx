import { type AuditQuery, AuditDocument } from "../../generated/graphql";
import { dayStart, daysFrom, moment } from "../../words/days";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { DaysFilter, FilterBar, TextFilter } from "../look/FilterBar";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { type Column, Table } from "../look/Table";
import { useFilters, usePaging } from "../route/filters";
import { Subject } from "./Subject";

type Event = AuditQuery["auditEvents"]["nodes"][number];

const EVENT: readonly Column<Event>[] = [
  { head: "When", cell: ({ occurredAt }) => moment(occurredAt), narrow: "lead" },
  { head: "Who", cell: ({ actor }) => actor },
  { head: "What", cell: ({ action }) => <code>{action}</code>, narrow: "title" },
  { head: "Of what", cell: ({ subjectType, subjectId }) => <Subject type={subjectType} id={subjectId} />, minor: true },
  { head: "Reason", cell: ({ reason }) => reason ?? "–", text: true },
  {
    head: "Hash",
    cell: ({ hash }) => (
      <code className="quiet" title={hash}>
        {hash.slice(0, 8)}
      </code>
    ),
    minor: true,
  },
];

/** Who did what, and why, newest first. Each event is chained to the one before it. */
export default function Audit() {
  const filters = useFilters();
  const [from, to] = [filters.day("from"), filters.day("to")];
  const filter = {
    actor: filters.text("actor"),
    action: filters.text("action"),
    from: from && dayStart(from),
    to: to && dayStart(daysFrom(to, 1)),
  };
  const asked = { document: AuditDocument, variables: { ...usePaging(), filter } };
  const events = useAsk(asked);
  return (
    <Page title={t("Audit trail")} asked={asked}>
      <FilterBar>
        <TextFilter name="actor" label="Who" />
        <TextFilter name="action" label="What" />
        <DaysFilter label="from" />
      </FilterBar>
      <Answered of={events}>
        {({ auditEvents: { nodes, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("Nothing like that was done.")}</Empty>
          ) : (
            <>
              <Table label={t("Audit trail")} rows={nodes} columns={EVENT} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
