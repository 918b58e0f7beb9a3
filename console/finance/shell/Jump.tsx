import { useEffect, useRef, useState } from "react";
import { JumpToDocument } from "../../generated/graphql";
import { money } from "../../words/figures";
import { t } from "../../words/words";
import { useAsk } from "../api/ask";
import { go } from "../route/location";
import { GROUPS } from "./pages";

/** Somewhere to jump to. */
interface Target {
  readonly href: string;
  readonly text: string;
  readonly about: string;
}

const LETTERS_MIN = 2;
const WAIT_MILLISECONDS = 150;

/** Ctrl K: a page, invoice, payment or tenant by a part of its name. */
export function Jump() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <button type="button" className="jump" aria-keyshortcuts="Control+K" onClick={() => setOpen(true)}>
        {t("Jump to …")} <kbd>Ctrl K</kbd>
      </button>
      {open && <Palette close={() => setOpen(false)} />}
    </>
  );
}

function Palette({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [isEntered, setEntered] = useState(false);
  const { targets, areComing } = useTargets(words.trim());
  const chosen = targets[Math.min(at, targets.length - 1)];
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (isEntered && !areComing) leave(chosen);
  });

  function leave(to: Target | undefined) {
    if (!to) return;
    close();
    go(to.href);
  }

  function press(key: string): boolean {
    if (key === "ArrowDown") setAt(Math.max(Math.min(at + 1, targets.length - 1), 0));
    else if (key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (key === "Enter" && chosen) leave(chosen);
    else if (key === "Enter") setEntered(areComing);
    else return false;
    return true;
  }

  return (
    <dialog ref={dialog} className="palette" aria-label={t("Jump to …")} onClose={close}>
      <input
        type="search"
        role="combobox"
        aria-expanded
        aria-controls="targets"
        aria-activedescendant={chosen && `target-${targets.indexOf(chosen)}`}
        aria-label={t("Jump to …")}
        placeholder={t("A page, invoice, payment or tenant")}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
          setEntered(false);
        }}
        onKeyDown={(event) => press(event.key) && event.preventDefault()}
      />
      <ul id="targets" role="listbox" aria-label={t("Found")}>
        {targets.map((target, index) => (
          <li key={target.href} id={`target-${index}`} role="option" aria-selected={target === chosen} onClick={() => leave(target)}>
            {target.text} <span className="quiet">{target.about}</span>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

interface Targets {
  readonly targets: readonly Target[];
  readonly areComing: boolean;
}

/** What these very words find: the pages at once, the rest when the answer comes. */
function useTargets(words: string): Targets {
  const search = useSettled(words);
  const { data, isPlaceholderData, isLoading } = useAsk({ document: JumpToDocument, variables: { search } }, { when: search.length >= LETTERS_MIN });
  const pages = GROUPS.flatMap(({ name, entries }) => entries.map((entry) => ({ href: entry.path, text: t(entry.name), about: t(name) })));
  const found = pages.filter(({ text }) => text.toLowerCase().includes(words.toLowerCase()));
  if (words.length < LETTERS_MIN) return { targets: found, areComing: false };
  const isOfOthers = search !== words || isPlaceholderData;
  if (!data || isOfOthers) return { targets: found, areComing: isOfOthers || isLoading };
  const records = [
    ...data.tenants.nodes.map(({ id, name }) => ({ href: `/tenants/${id}`, text: name, about: t("Tenant") })),
    ...data.invoices.nodes.map(({ id, number, customerName, total }) => ({
      href: `/invoices/${id}`,
      text: number,
      about: `${customerName}, ${money(total)}`,
    })),
    ...data.payments.nodes.map(({ id, providerReference, tenant, amount }) => ({
      href: `/payments/${id}`,
      text: providerReference ?? t("Payment"),
      about: `${tenant.name}, ${money(amount)}`,
    })),
  ];
  return { targets: [...found, ...records], areComing: false };
}

/** The value, once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const waiting = setTimeout(() => setSettled(value), WAIT_MILLISECONDS);
    return () => clearTimeout(waiting);
  }, [value]);
  return settled;
}
