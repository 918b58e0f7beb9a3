import { OneTransferDocument, type TransferFragment } from "../../generated/graphql";
import { moment } from "../../words/days";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { AuditTrail } from "../audit/AuditTrail";
import { Answered, Empty } from "../look/Answered";
import { Status } from "../look/Badge";
import { INVOICE_STATUS, PAYMENT_STATUS, REFUND_STATUS as RETURN_STATUS } from "../look/labels";
import { Money } from "../look/Money";
import { Section } from "../look/Section";
import { Legs } from "../ledger/Legs";
import { Link } from "../route/Link";
import { undo } from "./UndoDialog";

/** What became of a transfer, and the way back. */
export function DealtWith({ transfer, restore }: { readonly transfer: TransferFragment; readonly restore: () => void }) {
  const more = useAsk({ document: OneTransferDocument, variables: { id: transfer.id } });
  return (
    <>
      <div className="actions">
        {(transfer.status === "ASSIGNED" || transfer.status === "MATCHED") && (
          <button type="button" onClick={() => undo(transfer)}>
            {t("Take back")}
          </button>
        )}
        {transfer.status === "IGNORED" && (
          <button type="button" className="main" onClick={restore}>
            {t("Bring back")}
          </button>
        )}
      </div>
      <Answered of={more}>
        {({ bankTransfer }) =>
          bankTransfer && (
            <>
              <Section title={t("Payments")}>
                {bankTransfer.payments.length === 0 && <Empty>{t("None.")}</Empty>}
                <ul className="lines">
                  {bankTransfer.payments.map(({ id, status, amount, invoice, tenant }) => (
                    <li key={id}>
                      <Link href={`/payments/${id}`}>
                        <Money of={amount} />
                      </Link>{" "}
                      <Status of={status} in={PAYMENT_STATUS} />{" "}
                      {invoice ? (
                        <>
                          <Link href={`/invoices/${invoice.id}`}>{invoice.number}</Link> <Status of={invoice.status} in={INVOICE_STATUS} />
                        </>
                      ) : (
                        t("credit")
                      )}{" "}
                      {tenant.name}
                    </li>
                  ))}
                </ul>
              </Section>
              {bankTransfer.returns.length > 0 && (
                <Section title={t("Returns")}>
                  <ul className="lines">
                    {bankTransfer.returns.map(({ id, status, account, reason, problem, orderedAt }) => (
                      <li key={id}>
                        {moment(orderedAt)} <Status of={status} in={RETURN_STATUS} /> {account} <q>{reason}</q>{" "}
                        {problem && <span className="negative">{problem}</span>}
                      </li>
                    ))}
                  </ul>
                </Section>
              )}
              <Legs of={bankTransfer.accountingEntries} />
              <AuditTrail subjectId={transfer.id} />
            </>
          )
        }
      </Answered>
    </>
  );
}
