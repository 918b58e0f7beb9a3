import type { PagePlaceFragment } from "../../generated/graphql";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { change } from "../route/location";

interface PagerProps {
  readonly info: PagePlaceFragment;
  readonly shown: number;
  readonly total: number;
  /** Lists that only go forwards lead back to their start instead. */
  readonly backwards?: boolean;
}

/** Leads through a list, by cursors in the address. */
export function Pager({ info, shown, total, backwards = false }: PagerProps) {
  const next = info.hasNextPage && info.endCursor ? { after: info.endCursor, before: undefined } : undefined;
  const previous = info.hasPreviousPage && info.startCursor ? { before: info.startCursor, after: undefined } : undefined;
  return (
    <nav className="pager" aria-label={t("Pages")}>
      <p>{t("{shown} of {total}", { shown: number(shown), total: number(total) })}</p>
      {previous && <Turn to={{ after: undefined, before: undefined }}>{t("First page")}</Turn>}
      {previous && backwards && <Turn to={previous}>{t("Previous")}</Turn>}
      {next && <Turn to={next}>{t("Next")}</Turn>}
    </nav>
  );
}

function Turn({ to, children }: { readonly to: Record<string, string | undefined>; readonly children: string }) {
  return (
    <button type="button" onClick={() => change(to)}>
      {children}
    </button>
  );
}
