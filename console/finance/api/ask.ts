import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { TypedDocumentString } from "../../generated/graphql";
import { send } from "../../session/send";
import { actor } from "../../session/session";
import { Refused } from "./refused";

/** An operation with its variables: what is sent, and what "Open in GraphiQL" shows. */
export interface Asked<Data, Variables> {
  readonly document: TypedDocumentString<Data, Variables>;
  readonly variables: Variables;
}

const FRESH_MILLISECONDS = 10_000;

/** The same, where what it answers does not matter. */
export type Operation = { readonly document: { toString(): string }; readonly variables: object };

/** Answers are kept while their page may be shown again; a refusal is not asked about twice. */
export const answers = new QueryClient({
  defaultOptions: {
    queries: { staleTime: FRESH_MILLISECONDS, retry: (count, error) => !(error instanceof Refused) && count < 1, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});

interface Writing {
  readonly changes?: boolean;
  readonly author?: string | undefined;
}

/** What the operation answers; `changes`: it is a mutation, which the `author` wrote. Rejects with `Refused`, or an `Error`
 * where no answer comes. */
export async function answer<Data, Variables>({ document, variables }: Asked<Data, Variables>, { changes = false, author }: Writing = {}): Promise<Data> {
  const reply = await send<Data>({ query: document.toString(), variables }, { changes, author });
  const [failure] = reply.errors ?? [];
  if (failure) throw new Refused(failure);
  if (!reply.data) throw new Error("The service answered with nothing.");
  return reply.data;
}

/** Asks while it is shown; the answer before stays on the screen until the next has come, where there is one to come. `anew`: an answer is good for
 * once, and not kept. */
export function useAsk<Data, Variables>(asked: Asked<Data, Variables>, { when = true, anew = false } = {}) {
  return useQuery({
    queryKey: key(asked),
    queryFn: () => answer(asked),
    enabled: when,
    ...(when && { placeholderData: keepPreviousData }),
    ...(anew && { staleTime: 0, gcTime: 0, refetchOnWindowFocus: false }),
  });
}

function key<Data, Variables>({ document, variables }: Asked<Data, Variables>) {
  return [document.toString(), variables];
}

/** Asks for what is shown in another way, and shows that answer in its place. */
export function useAgain<Data, Variables>(shown: Asked<Data, Variables>, asked: Asked<Data, Variables>) {
  const client = useQueryClient();
  return () => void client.prefetchQuery({ queryKey: key(shown), queryFn: () => answer(asked), staleTime: 0 });
}

/** A change of the books, in the name of who was signed in when its dialog opened. Once it is made, or is not, everything on
 * the screen is asked for anew: where no answer came it may be made, and what was refused may be about what somebody else
 * has changed. Only a refusal of who asks says nothing of the books. */
export function useChange<Data, Variables>(document: TypedDocumentString<Data, Variables>) {
  const client = useQueryClient();
  const [author] = useState(actor);
  return useMutation({
    mutationFn: (variables: Variables) => answer({ document, variables }, { changes: true, author }),
    onSettled: (_, error) => {
      if (!(error instanceof Refused && error.isAboutCaller)) void client.invalidateQueries();
    },
  });
}

type Versioned = { readonly expectedVersion?: number | null | undefined };

/** A change of something that has a `version`, as it is known by now. What a colleague changes while the dialog is open is
 * refused at first; having been told, the person changes what the page shows since. Once an answer was lost, what has changed
 * since may be our own doing: then the version stays, and the change cannot be made twice. */
export function useVersionedChange<Data, Input extends Versioned>(document: TypedDocumentString<Data, { readonly input: Input }>, version: number) {
  const { mutateAsync } = useChange(document);
  const [seen, see] = useState<number | undefined>(version);
  const [isLost, setLost] = useState(false);
  return async (input: Input) => {
    const expectedVersion = seen ?? version;
    try {
      return await mutateAsync({ input: { ...input, expectedVersion } });
    } catch (error) {
      const refused = error instanceof Refused;
      if (!refused) setLost(true);
      see(refused && error.is("CONFLICT") && !isLost ? undefined : expectedVersion);
      throw error;
    }
  };
}
