import "@fontsource-variable/inter/wght.css";
import "../session/session.css";
import "./styles/tokens.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/page.css";
import "./styles/table.css";
import "./styles/print.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { lookUp } from "../session/session";
import { answers } from "./api/ask";
import { App } from "./shell/App";
import { showTheme } from "./shell/theme";

showTheme();
void lookUp();
createRoot(document.getElementById("root") as HTMLElement).render(
  <QueryClientProvider client={answers}>
    <App />
  </QueryClientProvider>,
);
