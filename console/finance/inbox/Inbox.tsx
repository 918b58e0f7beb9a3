import { useState } from "react";
import { type BankTransferFilter, InboxDocument, type TransferFragment } from "../../generated/graphql";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { ExportMenu } from "../exports/ExportMenu";
import { Answered } from "../look/Answered";
import { named } from "../look/Badge";
import { Choice, DaysFilter, FilterBar, Search } from "../look/FilterBar";
import { TRANSFER_STATUS } from "../look/labels";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { Sums } from "../look/Sums";
import { useFilters, usePaging } from "../route/filters";
import { change } from "../route/location";
import { Desk } from "./Desk";
import { Dialog, type Open } from "./Dialog";
import { Done } from "./Done";
import { UploadDialog } from "./UploadDialog";
import { Wanted } from "./Wanted";

/** The bank transfers that no machine could match, and those that were dealt with. */
export default function Inbox() {
  const filter = useTransferFilter();
  const paging = usePaging();
  const asked = { document: InboxDocument, variables: { ...paging, filter } };
  const inbox = useAsk(asked);
  const { UNMATCHED: _, ...dealtWith } = named(TRANSFER_STATUS);
  const [open, setOpen] = useState<Open>();
  const [isUploading, setUploading] = useState(false);
  return (
    <Page
      title={t("Inbox")}
      asked={asked}
      beside={inbox.data && filter.status?.[0] === "UNMATCHED" && <p className="left">{t("{n} left", { n: number(inbox.data.unmatchedTransfers.totalCount) })}</p>}
      actions={
        <>
          <button type="button" onClick={() => setUploading(true)}>
            {t("Import a bank file")}
          </button>
          <ExportMenu of={{ kind: "UNMATCHED_TRANSFERS", transferFilter: filter }} />
        </>
      }
    >
      <FilterBar>
        <Search label="Reference, message or payer" />
        <Choice name="status" label="Status" none={t("Unmatched")} of={{ ...dealtWith, all: t("All") }} />
        <Choice name="currency" label="Currency" of={{ SEK: "SEK", EUR: "EUR", NOK: "NOK", DKK: "DKK" }} />
        <DaysFilter label="Booked from" />
      </FilterBar>
      <Answered of={inbox}>
        {({ unmatchedTransfers: { nodes, totals, totalCount, pageInfo } }) =>
          <Wanted among={nodes}>
            {(transfers) =>
              transfers.length === 0 ? (
                <Done filter={filter} upload={() => setUploading(true)} />
              ) : (
                <>
                  <Sums of={totals} />
                  <Desk transfers={transfers} open={setOpen} />
                  <Pager info={pageInfo} shown={nodes.length} total={totalCount} backwards />
                </>
              )
            }
          </Wanted>
        }
      </Answered>
      {open && <Dialog of={open} close={() => setOpen(undefined)} />}
      {isUploading && <UploadDialog close={() => setUploading(false)} />}
    </Page>
  );
}

function useTransferFilter(): BankTransferFilter {
  const filters = useFilters();
  const status = filters.text("status") === "all" ? null : (filters.many("status", TRANSFER_STATUS) ?? ["UNMATCHED" as const]);
  return {
    status,
    search: filters.text("search"),
    currency: filters.text("currency"),
    bookedFrom: filters.day("from"),
    bookedTo: filters.day("to"),
    bankFileId: filters.text("file"),
  };
}

/** Show this transfer; the address says which one it is. */
export function show(transfer: TransferFragment | undefined): void {
  change({ transfer: transfer?.id }, true);
}
