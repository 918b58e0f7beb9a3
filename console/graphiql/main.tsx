import "./workers";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "../session/session.css";
import "./page.css";
import { createRoot } from "react-dom/client";
import { lookUp } from "../session/session";
import { Page } from "./Page";

createRoot(document.getElementById("root") as HTMLElement).render(<Page />);
void lookUp();
