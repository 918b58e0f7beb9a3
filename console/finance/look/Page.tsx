import { type ReactNode, useEffect, useRef } from "react";
import { t } from "../../words/words";
import type { Operation } from "../api/ask";
import { OpenInGraphiQL } from "./OpenInGraphiQL";

interface PageProps {
  readonly title: string;
  /** What stands before the title: where the page belongs. */
  readonly above?: ReactNode;
  /** What stands beside it: a status, a count. */
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
  readonly asked?: Operation | undefined;
  readonly children: ReactNode;
}

/** A page: its title, which takes the focus when one arrives, what can be done with all of it, and what it shows. */
export function Page({ title, above, beside, actions, asked, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = `${title} · Petanque billing`;
  }, [title]);
  return (
    <>
      <header className="page-head">
        <div className="page-title">
          {above && <p className="above">{above}</p>}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {beside}
        </div>
        <div className="page-actions">
          {actions}
          {asked && <OpenInGraphiQL asked={asked} />}
          <button type="button" className="print" onClick={() => print()}>
            {t("Print")}
          </button>
        </div>
      </header>
      {children}
    </>
  );
}
