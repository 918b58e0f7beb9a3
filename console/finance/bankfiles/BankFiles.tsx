import { useState } from "react";
import { type BankFilesQuery, BankFilesDocument } from "../../generated/graphql";
import { moment } from "../../words/days";
import { money, number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { UploadDialog } from "../inbox/UploadDialog";
import { Answered, Empty } from "../look/Answered";
import { Page } from "../look/Page";
import { Pager } from "../look/Pager";
import { type Column, Table } from "../look/Table";
import { link } from "../route/location";
import { usePaging } from "../route/filters";

type File = BankFilesQuery["bankFiles"]["nodes"][number];

const FILE: readonly Column<File>[] = [
  { head: "File", cell: ({ fileName }) => fileName },
  { head: "Imported", cell: ({ importedAt }) => moment(importedAt) },
  { head: "By", cell: ({ importedBy }) => importedBy, minor: true },
  { head: "Format", cell: ({ format }) => format, minor: true },
  { head: "Transfers", cell: ({ transferCount }) => number(transferCount), figures: true },
  { head: "Matched", cell: ({ matchedCount }) => number(matchedCount), figures: true, minor: true },
  { head: "To the inbox", cell: ({ unmatchedCount }) => number(unmatchedCount), figures: true, minor: true },
  { head: "Warnings", cell: ({ warnings }) => (warnings.length > 0 ? <span title={warnings.join("\n")}>{number(warnings.length)}</span> : "–"), figures: true, minor: true },
  { head: "Sum", cell: ({ total }) => total.map(money).join(" + "), figures: true },
];

/** The bank files received. */
export default function BankFiles() {
  const asked = { document: BankFilesDocument, variables: usePaging() };
  const files = useAsk(asked);
  const [isUploading, setUploading] = useState(false);
  return (
    <Page
      title={t("Bank files")}
      asked={asked}
      actions={
        <button type="button" className="main" onClick={() => setUploading(true)}>
          {t("Import a bank file")}
        </button>
      }
    >
      <Answered of={files}>
        {({ bankFiles: { nodes, totalCount, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty>{t("No bank file has come yet.")}</Empty>
          ) : (
            <>
              <Table label={t("Bank files")} rows={nodes} columns={FILE} href={({ id }) => link("/inbox", { file: id, status: "all" })} />
              <Pager info={pageInfo} shown={nodes.length} total={totalCount} />
            </>
          )
        }
      </Answered>
      {isUploading && <UploadDialog close={() => setUploading(false)} />}
    </Page>
  );
}
