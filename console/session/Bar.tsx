import { Who } from "./Who";

/** The head of a page: what it is, and who is signed in. */
export function Bar({ title }: { readonly title: string }) {
  return (
    <header className="bar">
      <h1>
        <a href="/">Petanque billing</a> <span>{title}</span>
      </h1>
      <Who />
    </header>
  );
}
