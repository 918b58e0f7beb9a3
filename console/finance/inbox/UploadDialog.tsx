import { useState } from "react";
import { type BankFileResultFragment, FileReadersDocument, ImportBankFileDocument } from "../../generated/graphql";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk, useChange } from "../api/ask";
import { ChangeDialog } from "../look/ChangeDialog";
import { Sums } from "../look/Sums";
import { Link } from "../route/Link";
import { link } from "../route/location";
import { ResultDialog } from "../look/ResultDialog";

const FILE_MEGABYTES_MAX = 10;

/** Take in a bank file, and tell what was in it. */
export function UploadDialog({ close }: { readonly close: () => void }) {
  const importing = useChange(ImportBankFileDocument);
  const readers = useAsk({ document: FileReadersDocument, variables: {} });
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<BankFileResultFragment>();
  const [provider] = (readers.data?.providers ?? []).filter(({ capabilities }) => capabilities.includes("SETTLEMENT_FILES"));
  const tooLarge = file !== undefined && file.size > FILE_MEGABYTES_MAX * 1024 * 1024;
  if (result) return <Imported file={result} close={close} />;
  return (
    <ChangeDialog
      title={t("Import a bank file")}
      action={t("Import")}
      reasons={[t("The bank's file of today")]}
      ready={file !== undefined && !tooLarge && provider !== undefined}
      close={close}
      done={() => undefined}
      change={async (reason) => {
        if (!file || !provider) return;
        const contentBase64 = await base64(file);
        const input = { provider: provider.name, fileName: file.name, contentBase64, reason };
        const { importBankFile } = await importing.mutateAsync({ input });
        setResult(importBankFile.bankFile);
      }}
    >
      <label className="field drop">
        <span>{t("File")}</span>
        <input type="file" onChange={(event) => setFile(event.target.files?.[0])} />
      </label>
      <p className={tooLarge ? "problem" : "quiet"}>{t("camt.054, camt.053 or BgMax, at most {n} MB; which one it is, is seen from its content.", { n: FILE_MEGABYTES_MAX })}</p>
    </ChangeDialog>
  );
}

function Imported({ file, close }: { readonly file: BankFileResultFragment; readonly close: () => void }) {
  return (
    <ResultDialog title={t("{name} is booked", { name: file.fileName })} close={close}>
      <dl className="tally">
        <div>
          <dt>{t("Transfers")}</dt>
          <dd>{number(file.transferCount)}</dd>
        </div>
        <div>
          <dt>{t("Matched by machine")}</dt>
          <dd>{number(file.matchedCount)}</dd>
        </div>
        <div>
          <dt>{t("Left to the inbox")}</dt>
          <dd>{number(file.unmatchedCount)}</dd>
        </div>
      </dl>
      <Sums of={file.total} />
      {file.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
      <p>
        <Link href={link("/inbox", { file: file.id, status: "all" })} onClick={close}>
          {t("Show its transfers")}
        </Link>
      </p>
    </ResultDialog>
  );
}

/** The bytes of a file in Base64. */
function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(new Error(t("The file could not be read.")));
    reader.readAsDataURL(file);
  });
}
