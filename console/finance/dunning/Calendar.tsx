import type { DunningCaseQuery } from "../../generated/graphql";
import { day, daysFrom, moment } from "../../words/days";
import { number } from "../../words/figures";
import { t, told } from "../../words/words";
import { Badge } from "../look/Badge";
import { ACTION } from "./labels";

type Found = NonNullable<DunningCaseQuery["dunningCase"]>;

/** The stages on their days: those taken, with what came of them, and those to come. What was taken before the case was
 * given other stages stays told. */
export function Calendar({ of: { stages, actions, invoice, nextActionOn } }: { readonly of: Found }) {
  const coming = stages.find(({ code }) => !actions.some(({ stage }) => stage === code))?.code;
  const before = actions.filter(({ stage }) => !stages.some(({ code }) => code === stage));
  return (
    <ol className="trail calendar">
      {before.map((taken) => (
        <li key={taken.stage} data-taken>
          <time dateTime={taken.takenAt}>{day(taken.takenAt)}</time>
          <span>
            <strong>{t(ACTION[taken.action])}</strong> <code>{taken.stage}</code> <Taken of={taken} />
          </span>
        </li>
      ))}
      {stages.map(({ code, daysAfterDue, action }) => {
        const taken = actions.find(({ stage }) => stage === code);
        return (
          <li key={code} data-taken={taken !== undefined}>
            <time dateTime={daysFrom(invoice.dueOn, daysAfterDue)}>{day(daysFrom(invoice.dueOn, daysAfterDue))}</time>
            <span>
              <strong>{t(ACTION[action])}</strong> <code>{code}</code>{" "}
              <span className="quiet">{t("{n} days after due", { n: number(daysAfterDue) })}</span>{" "}
              {taken ? <Taken of={taken} /> : code === coming && nextActionOn && <Badge tone="waiting">{t("next, from {day}", { day: day(nextActionOn) })}</Badge>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Taken({ of: { takenAt, deliveredAt, notDoneBecause } }: { readonly of: Found["actions"][number] }) {
  if (notDoneBecause) return <Badge tone="attention">{told(notDoneBecause)}</Badge>;
  return <Badge tone="good">{deliveredAt ? t("delivered {at}", { at: moment(deliveredAt) }) : t("taken {at}", { at: moment(takenAt) })}</Badge>;
}
