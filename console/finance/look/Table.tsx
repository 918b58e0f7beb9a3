import type { ReactNode } from "react";
import { type Phrase, t } from "../../words/words";
import { Link } from "../route/Link";

/** One column. `figures` stand right; `minor` ones give way on narrow screens. */
export interface Column<Row> {
  readonly head: Phrase;
  readonly cell: (row: Row) => ReactNode;
  readonly figures?: boolean;
  readonly minor?: boolean;
  /** Free text, which may go on in a second line. */
  readonly text?: boolean;
}

interface TableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Where a row leads: its first cell is a link, and a click anywhere on the row follows it. */
  readonly href?: (row: Row) => string | undefined;
  readonly row?: (row: Row) => string;
}

/** Rows under the heads of their columns. */
export function Table<Row extends object>({ label, rows, columns, href, row: key }: TableProps<Row>) {
  return (
    <div className="table" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={kind(column)}>
                {t(column.head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={key?.(row) ?? (row as { readonly id?: string }).id ?? index}>
              {columns.map((column, place) => (
                <td key={column.head} className={kind(column)}>
                  <Cell href={place === 0 ? href?.(row) : undefined}>{column.cell(row)}</Cell>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ href, children }: { readonly href: string | undefined; readonly children: ReactNode }) {
  return href ? (
    <Link className="row" href={href}>
      {children}
    </Link>
  ) : (
    children
  );
}

function kind({ figures, minor, text }: Pick<Column<never>, "figures" | "minor" | "text">): string | undefined {
  return [figures && "figures", minor && "minor", text && "text"].filter(Boolean).join(" ") || undefined;
}
