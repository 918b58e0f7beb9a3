import { t } from "../../words/words";
import type { Operation } from "../api/ask";

/** A link to GraphiQL with the operation that made this page: how the same figures are got by a program. */
export function OpenInGraphiQL({ asked: { document, variables } }: { readonly asked: Operation }) {
  const operation = new URLSearchParams({ query: document.toString().trim(), variables: JSON.stringify(variables, null, 2) });
  return (
    <a className="button" href={`/graphql#${operation}`} target="_blank" rel="noreferrer" title={t("Open the query of this page in GraphiQL")}>
      {t("Open as GraphQL")}
    </a>
  );
}
