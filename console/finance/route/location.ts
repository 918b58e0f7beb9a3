import { create } from "zustand";

/** Where the person is: a path of the console, and what they filtered, searched and chose. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

export const usePlace = create<Place>(here);

/** Go to a path with a query of its own. */
export function go(to: string): void {
  history.pushState(null, "", to);
  arrive();
}

/** Change parts of the query; undefined takes one away. `quietly`: the Back button does not stop here. */
export function change(parts: Readonly<Record<string, string | readonly string[] | undefined>>, quietly = false): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(parts)) {
    query.delete(name);
    for (const one of typeof value === "string" ? [value] : (value ?? [])) if (one) query.append(name, one);
  }
  const to = `${location.pathname}${query.size ? `?${query}` : ""}`;
  if (quietly) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  arrive();
}

/** A path with a query: empty values are left out. */
export function link(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

function arrive(): void {
  usePlace.setState(here(), true);
}

window.addEventListener("popstate", arrive);
