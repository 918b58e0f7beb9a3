import { useMutation } from "@tanstack/react-query";
import { type ExportFormat, type ExportInput, ExportLinkDocument } from "../../generated/graphql";
import { t } from "../../words/words";
import { said } from "../api/refused";
import { answer } from "../api/ask";

const FORMATS: readonly ExportFormat[] = ["CSV", "XLSX", "PDF"];

interface ExportMenuProps {
  /** What is on the screen: its kind, and its filter. */
  readonly of: Omit<ExportInput, "format">;
  readonly formats?: readonly ExportFormat[];
}

/** Takes the whole of what the list shows away as a file. */
export function ExportMenu({ of, formats = FORMATS }: ExportMenuProps) {
  const exporting = useMutation({
    mutationFn: (format: ExportFormat) => answer({ document: ExportLinkDocument, variables: { input: { ...of, format } } }),
    onSuccess: ({ exportLink }) => location.assign(exportLink.url),
  });
  return (
    <label className="export">
      <span className="unseen">{t("Export")}</span>
      <select value="" disabled={exporting.isPending} title={exporting.error ? said(exporting.error) : undefined} onChange={(event) => exporting.mutate(event.target.value as ExportFormat)}>
        <option value="" disabled>
          {exporting.error ? t("Export failed") : t("Export")}
        </option>
        {formats.map((format) => (
          <option key={format} value={format}>
            {format === "SIE4" ? "SIE 4" : format}
          </option>
        ))}
      </select>
    </label>
  );
}
