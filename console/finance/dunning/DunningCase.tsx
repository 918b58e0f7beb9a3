import { useState } from "react";
import { type DunningCaseQuery, DunningCaseDocument } from "../../generated/graphql";
import { day } from "../../words/days";
import { money } from "../../words/figures";
import { t, told } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { Answered, Empty } from "../look/Answered";
import { Facts } from "../look/Facts";
import { Page } from "../look/Page";
import { Section } from "../look/Section";
import { Link } from "../route/Link";
import { CaseStatus } from "./DunningCases";
import { FreezeDialog, ResumeDialog } from "./HoldDialogs";
import { StagesDialog } from "./StagesDialog";
import { Calendar } from "./Calendar";

type Found = NonNullable<DunningCaseQuery["dunningCase"]>;
type Open = "freeze" | "stages" | "resume";

/** The dunning of one overdue invoice: what was done, what comes, and what holds it. */
export default function DunningCase({ id }: { readonly id: string }) {
  const asked = { document: DunningCaseDocument, variables: { id } };
  const found = useAsk(asked);
  const dunning = found.data?.dunningCase;
  const [open, setOpen] = useState<Open>();
  const dialog = dunning && { dunning, close: () => setOpen(undefined) };
  return (
    <Page
      title={dunning ? t("Dunning of {number}", { number: dunning.invoice.number }) : t("Dunning")}
      above={<Link href="/dunning">{t("Dunning")}</Link>}
      beside={dunning && <CaseStatus of={dunning} />}
      asked={asked}
      actions={dunning && <Actions dunning={dunning} open={setOpen} />}
    >
      <Answered of={found}>{({ dunningCase }) => (dunningCase ? <Shown dunning={dunningCase} /> : <Empty>{t("There is no such case.")}</Empty>)}</Answered>
      {dialog && open === "freeze" && <FreezeDialog {...dialog} />}
      {dialog && open === "stages" && <StagesDialog {...dialog} />}
      {dialog && open === "resume" && <ResumeDialog {...dialog} />}
    </Page>
  );
}

function Actions({ dunning: { status, overridePath }, open }: { readonly dunning: Found; readonly open: (which: Open) => void }) {
  if (status === "RESOLVED") return null;
  return (
    <>
      {overridePath && (
        <button type="button" className="main" onClick={() => open("resume")}>
          {t("Resume")}
        </button>
      )}
      <button type="button" onClick={() => open("freeze")}>
        {t("Freeze")}
      </button>
      <button type="button" onClick={() => open("stages")}>
        {t("Own stages")}
      </button>
    </>
  );
}

function Shown({ dunning }: { readonly dunning: Found }) {
  return (
    <>
      {dunning.waitingBecause && <p className="note">{told(dunning.waitingBecause)}</p>}
      <Facts
        of={[
          ["Invoice", <Link href={`/invoices/${dunning.invoice.id}`}>{dunning.invoice.number}</Link>],
          ["Customer", dunning.invoice.customerName],
          ["Tenant", <Link href={`/tenants/${dunning.tenant.id}`}>{dunning.tenant.name}</Link>],
          ["Outstanding", money(dunning.invoice.outstanding)],
          ["Due", day(dunning.invoice.dueOn)],
          ["Opened", day(dunning.openedOn)],
          ["Next action", dunning.nextActionOn && day(dunning.nextActionOn)],
          ["Held until", dunning.overrideUntil && day(dunning.overrideUntil)],
          ["Changed because", dunning.overrideReason],
        ]}
      />
      <Section title={t("Stages")}>
        <Calendar of={dunning} />
      </Section>
      <AuditTrail subjectId={dunning.id} />
    </>
  );
}
