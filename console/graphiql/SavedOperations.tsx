import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";
import { useSession } from "../session/session";
import { ask } from "../session/transport";

interface SavedOperation {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly changes: boolean;
  readonly document: string;
  readonly variables: string;
}

/** GraphiQL's pane of operations that are ready to be run. */
export const SAVED_OPERATIONS: GraphiQLPlugin = { title: "Saved operations", icon: Icon, content: Pane };

function Pane() {
  const [operations, problem] = useOperations();
  const [words, setWords] = useState("");
  const found = operations.filter(({ title, about }) => `${title} ${about}`.toLowerCase().includes(words.toLowerCase()));
  return (
    <section className="saved-operations" aria-label="Saved operations">
      <h2>Saved operations</h2>
      {problem ? (
        <p>{problem}</p>
      ) : (
        <input
          type="search"
          aria-label="Search saved operations"
          placeholder="Search"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      )}
      <Listed heading="Ask" operations={found.filter(({ changes }) => !changes)} />
      <Listed heading="Change" operations={found.filter(({ changes }) => changes)} />
    </section>
  );
}

function Listed({ heading, operations }: { readonly heading: string; readonly operations: readonly SavedOperation[] }) {
  const open = useOpening();
  if (operations.length === 0) return null;
  return (
    <>
      <h3>{heading}</h3>
      <ul>
        {operations.map((operation) => (
          <li key={operation.name}>
            <button type="button" aria-label={operation.title} title="Open in a new tab" onClick={() => open(operation)}>
              {operation.title}
              <small>{operation.about}</small>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The operations, or why there are none; asked for again when somebody signs in. */
function useOperations(): [readonly SavedOperation[], string] {
  const session = useSession();
  const [found, setFound] = useState<[readonly SavedOperation[], string]>([[], ""]);
  useEffect(() => {
    if (session.state === "unknown") return;
    const headers = session.state === "known" ? session.headers : new Headers();
    let wanted = true;
    fetchOperations(headers)
      .then((operations) => wanted && setFound([operations, ""]))
      .catch((error: Error) => wanted && setFound([[], error.message]));
    return () => {
      wanted = false;
    };
  }, [session]);
  return found;
}

async function fetchOperations(headers: Headers): Promise<readonly SavedOperation[]> {
  const response = await ask("/graphql/operations.json", { headers });
  if (response.status === 401) throw new Error("Sign in to see them.");
  if (response.status === 403) throw new Error("They are for people with the finance role.");
  if (!response.ok) throw new Error(`They could not be fetched: the service answered ${response.status}.`);
  return (await response.json()) as readonly SavedOperation[];
}

/** Opens an operation in a new tab. */
function useOpening(): (operation: SavedOperation) => void {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));
  return (operation) => {
    addTab();
    variableEditor?.setValue(operation.variables);
    queryEditor?.setValue(operation.document);
    queryEditor?.focus();
  };
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M6 3.500h12v17l-6-4.500-6 4.500z" strokeLinejoin="round" />
      <path d="M9 8h6M9 11.500h6" strokeLinecap="round" />
    </svg>
  );
}
