import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

/** Opens the operation that the address carries behind its `#`, as the console's pages hand theirs over. It is shown, not
 * run: that is the person's own click. */
export function HandedOver() {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));
  useEffect(() => {
    const handed = new URLSearchParams(location.hash.slice(1));
    const query = handed.get("query");
    if (!query || !queryEditor || !variableEditor) return;
    history.replaceState(null, "", location.pathname);
    addTab();
    variableEditor.setValue(handed.get("variables") ?? "");
    queryEditor.setValue(query);
  }, [queryEditor, variableEditor, addTab]);
  return null;
}
