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
  /** What stands first and last in a row's first line on a phone; the first column and the last one, if it is not told. */
  readonly narrow?: "title" | "lead";
}

interface TableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Where a row leads: its title is a link, and a click anywhere on the row follows it. */
  readonly href?: (row: Row) => string | undefined;
  readonly row?: (row: Row) => string;
  /** A few columns of sums, which stay a table on a phone; the rows of others become two lines each. */
  readonly sums?: boolean;
}

/** Rows under the heads of their columns. */
export function Table<Row extends object>({ label, rows, columns, href, row: key, sums = false }: TableProps<Row>) {
  const place = placing(columns);
  return (
    <div className={sums ? "table" : "table rows"} role="group" aria-label={label} tabIndex={0}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.head} role="columnheader" scope="col" className={kind(column)}>
                {t(column.head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, index) => (
            <tr role="row" key={key?.(row) ?? (row as { readonly id?: string }).id ?? index}>
              {columns.map((column) => (
                <td key={column.head} role="cell" className={[kind(column), place(column)].filter(Boolean).join(" ") || undefined} data-head={column.figures ? t(column.head) : undefined}>
                  <Cell href={place(column) === "title" ? href?.(row) : undefined}>{column.cell(row)}</Cell>
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

/** Where a column stands on a phone. `one`: it is the only figure there, and needs no name. */
function placing<Row>(columns: readonly Column<Row>[]): (column: Column<Row>) => string | undefined {
  const shown = columns.filter(({ minor }) => !minor);
  const title = shown.find(({ narrow }) => narrow === "title") ?? shown[0];
  const lead = shown.find(({ narrow }) => narrow === "lead") ?? shown.findLast((column) => column !== title);
  const figures = shown.filter((column) => column.figures && column !== title).length;
  return (column) => (column === title ? "title" : column === lead ? (figures > 1 ? "lead" : "lead one") : undefined);
}

function kind({ figures, minor, text }: Pick<Column<never>, "figures" | "minor" | "text">): string | undefined {
  return [figures && "figures", minor && "minor", text && "text"].filter(Boolean).join(" ") || undefined;
}
