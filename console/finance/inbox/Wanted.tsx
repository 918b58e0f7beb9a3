import { type ReactNode, useEffect, useRef } from "react";
import { OneTransferDocument, type TransferFragment } from "../../generated/graphql";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Loading, Problem } from "../look/Answered";
import { usePlace } from "../route/location";

interface WantedProps {
  readonly among: readonly TransferFragment[];
  readonly children: (transfers: readonly TransferFragment[]) => ReactNode;
}

/** The list with the transfer that the address names: one that is not in it is asked for by its id, and put first. */
export function Wanted({ among, children }: WantedProps) {
  const id = useStranger(among);
  const { data, error, isPlaceholderData, refetch } = useAsk({ document: OneTransferDocument, variables: { id: id ?? "" } }, { when: id !== null });
  const found = isPlaceholderData ? undefined : data;
  if (id !== null && !error && !found) return <Loading />;
  const stranger = id === null ? undefined : found?.bankTransfer;
  return (
    <>
      {error ? <Problem of={error} again={() => void refetch()} /> : id !== null && <p className="note">{t(stranger ? STRANGER : "There is no such transfer.")}</p>}
      {children(stranger ? [stranger, ...among] : among)}
    </>
  );
}

const STRANGER = "The transfer that was asked for is not on this page of the list: it is put first.";

/** The id of the wanted transfer, unless it is in the list, or was there and has left it. */
function useStranger(among: readonly TransferFragment[]): string | null {
  const wanted = usePlace(({ query }) => query.get("transfer"));
  const met = useRef<string | null>(null);
  const isHere = among.some(({ id }) => id === wanted);
  useEffect(() => {
    if (isHere) met.current = wanted;
  }, [isHere, wanted]);
  return isHere || wanted === met.current ? null : wanted;
}
