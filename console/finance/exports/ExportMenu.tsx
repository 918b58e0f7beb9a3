import { useMutation } from "@tanstack/react-query";
import { type ExportFormat, type ExportInput, ExportLinkDocument } from "../../generated/graphql";
import { t } from "../../words/words";
import { said } from "../api/refused";
import { answer } from "../api/ask";

const FORMATS: readonly ExportFormat[] = ["CSV", "XLSX", "PDF"];

/** What goes into a file, whatever its format. */
type Content = Omit<ExportInput, "format">;

/** A whole book, as SIE 4 holds it. */
export interface Book {
  readonly name: string;
  readonly of: Content;
}

interface ExportMenuProps {
  /** What is on the screen: its kind, and its filter. */
  readonly of: Content;
  readonly formats?: readonly ExportFormat[];
  readonly book?: Book | undefined;
}

/** Takes the whole of what the list shows away as a file, or the book that it is from. */
export function ExportMenu({ of, formats = FORMATS, book }: ExportMenuProps) {
  const exporting = useMutation({
    mutationFn: (format: ExportFormat) => answer({ document: ExportLinkDocument, variables: { input: { ...(format === "SIE4" && book ? book.of : of), format } } }),
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
            {format}
          </option>
        ))}
        {book && <option value="SIE4">SIE 4 · {book.name}</option>}
      </select>
    </label>
  );
}
