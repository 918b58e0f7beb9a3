import type { BankTransferFilter } from "../../generated/graphql";
import { t } from "../../words/words";
import { Empty } from "../look/Answered";
import { Link } from "../route/Link";

/** What to do when nothing is left. */
export function Done({ filter, upload }: { readonly filter: BankTransferFilter; readonly upload: () => void }) {
  const isFiltered = Boolean(filter.search ?? filter.currency ?? filter.bookedFrom ?? filter.bookedTo ?? filter.bankFileId) || filter.status?.[0] !== "UNMATCHED";
  if (isFiltered) return <Empty>{t("No transfer is like that.")}</Empty>;
  return (
    <div className="empty done">
      <h2>{t("The inbox is empty")}</h2>
      <p>{t("Every transfer has been assigned or ignored. The next ones come with the next bank file.")}</p>
      <p>
        <button type="button" className="main" onClick={upload}>
          {t("Import a bank file")}
        </button>{" "}
        <Link className="button" href="/inbox?status=ASSIGNED">
          {t("Look at what was assigned")}
        </Link>
      </p>
    </div>
  );
}
