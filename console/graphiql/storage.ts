import type { Storage } from "@graphiql/toolkit";

const HISTORIES = ["graphiql:queries", "graphiql:favorites"];

/** What GraphiQL keeps in this browser, less the headers that its history would keep, and access tokens in them. */
export const storage: Storage = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, HISTORIES.includes(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => kept().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return kept().length;
  },
};

function withoutHeaders(history: string): string {
  return JSON.stringify(JSON.parse(history, (key, value: unknown) => (key === "headers" ? undefined : value)));
}

function kept(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith("graphiql:"));
}
