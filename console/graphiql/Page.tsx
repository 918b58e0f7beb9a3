import { explorerPlugin } from "@graphiql/plugin-explorer";
import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect } from "react";
import { Bar } from "../session/Bar";
import { FreshSignInDialog } from "../session/FreshSignInDialog";
import { SignInPanel } from "../session/SignInPanel";
import { useSession } from "../session/session";
import { fetcher } from "./fetcher";
import { HandedOver } from "./HandedOver";
import { SAVED_OPERATIONS } from "./SavedOperations";
import { storage } from "./storage";

const PLUGINS = [SAVED_OPERATIONS, HISTORY_PLUGIN, explorerPlugin()];

const FIRST_QUERY = `# Choose a saved operation on the left,
# or write your own here:
# Ctrl-Space completes, Ctrl-Enter runs it.
query Viewer {
  viewer {
    actor
    roles
    freshUntil
  }
}
`;

/** GraphiQL, under a bar with who is signed in. */
export function Page() {
  return (
    <>
      <Bar title="GraphiQL" />
      <SignInPanel />
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        plugins={PLUGINS}
        visiblePlugin={SAVED_OPERATIONS}
        defaultQuery={FIRST_QUERY}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <SystemTheme />
        <SchemaOnSignIn />
        <PaneFromItsTop />
        <HandedOver />
      </GraphiQL>
      <FreshSignInDialog />
    </>
  );
}

/** GraphiQL's editors do not notice when the system turns dark or light; tell them. */
function SystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme !== null) return;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}

/** Where strangers may not read the schema, read it when somebody is known: once, for some of them may not either. */
function SchemaOnSignIn() {
  const known = useSession((session) => session.state === "known");
  const { schema, isIntrospecting } = useGraphiQL(pick("schema", "isIntrospecting"));
  const { introspect } = useGraphiQLActions();
  useEffect(() => {
    if (known && !schema && !isIntrospecting) void introspect();
  }, [known]);
  return null;
}

/** All panes scroll in one box; without this, each opens as far down as the one before it was left. */
function PaneFromItsTop() {
  const pane = useGraphiQL((state) => state.visiblePlugin);
  useEffect(() => {
    document.querySelector(".graphiql-plugin")?.scrollTo(0, 0);
  }, [pane]);
  return null;
}
