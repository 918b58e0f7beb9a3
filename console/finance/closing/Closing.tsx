import { useState } from "react";
import { type BeforeClosingQuery, BeforeClosingDocument, ReconciledProvidersDocument } from "../../generated/graphql";
import { type Day, day, daysFrom, month as spelled, moment, monthStart, today } from "../../words/days";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered, Empty } from "../look/Answered";
import { Badge } from "../look/Badge";
import { FilterBar } from "../look/FilterBar";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { Link } from "../route/Link";
import { useFilters } from "../route/filters";
import { change, link } from "../route/location";
import { CloseDialog } from "./CloseDialog";
import { Drifting } from "./Drifting";

const MONTHS_OFFERED = 12;

/** Close a month that is over: what still waits in it, and what providers say. */
export default function Closing() {
  const offered = Array.from({ length: MONTHS_OFFERED }, (_, back) => monthStart(today(), -1 - back));
  const wanted = useFilters().day("month");
  const month = offered.find((one) => one === wanted) ?? monthStart(today(), -1);
  const days = { from: month, to: daysFrom(monthStart(month, 1), -1) };
  const asked = { document: BeforeClosingDocument, variables: days };
  const before = useAsk(asked);
  const providers = useAsk({ document: ReconciledProvidersDocument, variables: {} });
  const latest = before.data?.closed.nodes[0];
  const isClosed = latest !== undefined && month <= monthOf(latest);
  const [isClosing, setClosing] = useState(false);
  return (
    <Page
      title={t("Month close")}
      beside={isClosed && <Badge tone="good">{t("Closed")}</Badge>}
      asked={asked}
      actions={
        before.data &&
        !isClosed && (
          <button type="button" className="main" onClick={() => setClosing(true)}>
            {t("Close {month}", { month: spelled(month) })}
          </button>
        )
      }
    >
      <FilterBar>
        <label>
          <span>{t("Month")}</span>
          <select value={month} onChange={(event) => change({ month: event.target.value })}>
            {offered.map((one) => (
              <option key={one} value={one}>
                {spelled(one)}
              </option>
            ))}
          </select>
        </label>
      </FilterBar>
      <Answered of={before}>
        {({ waiting, pending, closed }) => (
          <>
            <Section title={t("Before it is closed")}>
              <ul className="checks">
                <Check done={waiting.totalCount === 0} href={link("/inbox", { ...days })}>
                  {t("Transfers of the month that wait in the inbox: {n}", { n: number(waiting.totalCount) })}
                </Check>
                <Check done={pending.totalCount === 0} href={link("/refunds", { status: "PENDING", ...days })}>
                  {t("Refunds of the month that are pending: {n}", { n: number(pending.totalCount) })}
                </Check>
                {(providers.data?.providers ?? [])
                  .filter(({ capabilities, configured }) => configured && capabilities.includes("LEDGER"))
                  .map((provider) => (
                    <Drifting key={provider.name} provider={provider} days={days} />
                  ))}
              </ul>
            </Section>
            <Section title={t("Closed before")}>
              {closed.nodes.length === 0 && <Empty>{t("No month was closed yet.")}</Empty>}
              <ol className="trail">
                {closed.nodes.map((event) => (
                  <li key={event.id}>
                    <time dateTime={event.occurredAt}>{moment(event.occurredAt)}</time>
                    <strong>{spelled(monthOf(event))}</strong>
                    <span>{event.actor}</span>
                    {event.reason && <q>{event.reason}</q>}
                  </li>
                ))}
              </ol>
            </Section>
            <p className="quiet">{t("Nothing is booked on or before {day} once it is closed; what comes late counts on the first open day.", { day: day(days.to) })}</p>
          </>
        )}
      </Answered>
      {isClosing && <CloseDialog month={month} close={() => setClosing(false)} />}
    </Page>
  );
}

/** The first day of the month that was closed: with it, all before it are. */
function monthOf({ details }: BeforeClosingQuery["closed"]["nodes"][number]): Day {
  const { month } = JSON.parse(details) as { readonly month: string };
  return `${month}-01`;
}

/** Something to look at before the month is closed. */
export function Check({ done, href, children }: { readonly done: boolean; readonly href: string; readonly children: string }) {
  return (
    <li>
      <Badge tone={done ? "good" : "attention"}>{t(done ? "Fine" : "Look")}</Badge> <Link href={href}>{children}</Link>
    </li>
  );
}
