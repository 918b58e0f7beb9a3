import { useEffect, useState } from "react";
import { t } from "../words/words";

/** How long changes are still accepted without a new sign-in. `until`: milliseconds since 1970. */
export function Freshness({ until }: { readonly until: number }) {
  const seconds = useSecondsTo(until);
  if (seconds <= 0) return <p className="quiet">{t("Changes ask you to sign in again")}</p>;
  return (
    <p className="fresh" role="timer" title={t("A change within this time needs no new sign-in.")}>
      {t("Changes allowed for")} <time>{`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`}</time>
    </p>
  );
}

function useSecondsTo(until: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, [until]);
  return Math.ceil((until - now) / 1000);
}
