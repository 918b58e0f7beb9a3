import { useState } from "react";
import { number } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { InboxCountDocument } from "../../generated/graphql";
import { useSession } from "../../session/session";
import { Link } from "../route/Link";
import { usePlace } from "../route/location";
import { GROUPS, pageAt } from "./pages";

/** The way to every page. */
export function Navigation() {
  const [open, setOpen] = useState(false);
  const current = usePlace((place) => pageAt(place.path)?.entry.path);
  return (
    <nav className="navigation" aria-label={t("Main")} data-open={open}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("Menu")}
      </button>
      <div>
        {GROUPS.map(({ name, entries }) => (
          <section key={name}>
            <h2>{t(name)}</h2>
            <ul>
              {entries.map((entry) => (
                <li key={entry.path}>
                  <Link href={entry.path} aria-current={entry.path === current ? "page" : undefined} onClick={() => setOpen(false)}>
                    {t(entry.name)}
                    {entry.path === "/inbox" && <Waiting />}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h2>{t("For developers")}</h2>
          <ul>
            <li>
              <a href="/graphql">GraphiQL</a>
            </li>
          </ul>
        </section>
      </div>
    </nav>
  );
}

/** How many transfers wait in the inbox. */
function Waiting() {
  const isFinance = useSession((session) => session.state === "known" && session.viewer.roles.includes("SYS_FINANCE"));
  const { data } = useAsk({ document: InboxCountDocument, variables: {} }, { when: isFinance });
  if (!data?.unmatchedTransfers.totalCount) return null;
  return (
    <span className="count">
      {number(data.unmatchedTransfers.totalCount)} <span className="unseen">{t("waiting")}</span>
    </span>
  );
}
