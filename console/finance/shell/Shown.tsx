import { Component, type ReactNode } from "react";
import { t } from "../../words/words";
import { Problem } from "../look/Answered";
import { Page } from "../look/Page";
import { Link } from "../route/Link";
import { usePlace } from "../route/location";
import { pageAt } from "./pages";

/** The page that the address names. */
export function Shown() {
  const path = usePlace((place) => place.path);
  const at = pageAt(path);
  if (!at) return <NoSuchPage />;
  const { entry, id } = at;
  return (
    <Mishap key={path}>
      {id !== undefined && entry.One ? <entry.One id={id} /> : <entry.Whole />}
    </Mishap>
  );
}

function NoSuchPage() {
  return (
    <Page title={t("There is no such page")}>
      <p className="empty">
        <Link href="/">{t("Back to the start")}</Link>
      </p>
    </Page>
  );
}

/** Where a page breaks, the others stay: it says so and can be loaded anew. */
class Mishap extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override readonly state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return <Problem of={this.state.error} again={() => location.reload()} />;
  }
}
