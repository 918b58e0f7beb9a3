import { type ProviderCapability, ProvidersDocument } from "../../generated/graphql";
import { type Phrase, t } from "../../words/words";
import { useAsk } from "../api/ask";
import { Answered } from "../look/Answered";
import { Badge } from "../look/Badge";
import { Page } from "../look/Page";

const CAN: Record<ProviderCapability, Phrase> = {
  REFUND: "Sends money back",
  REFUND_ASYNC: "Confirms refunds later",
  LEDGER: "Tells its own ledger",
  SETTLEMENT_FILES: "Reads bank files",
  WEBHOOKS: "Reports by webhook",
};

/** The banks and gateways: what each can do, and what is wrong where something is. */
export default function Providers() {
  const asked = { document: ProvidersDocument, variables: {} };
  const found = useAsk(asked);
  return (
    <Page title={t("Providers")} asked={asked}>
      <Answered of={found}>
        {({ providers }) => (
          <ul className="cards">
            {providers.map(({ name, displayName, version, capabilities, configured, healthy, problem }) => (
              <li key={name}>
                <h2>{displayName}</h2>
                <p>
                  <Badge tone={healthy ? "good" : "bad"}>{t(healthy ? "Healthy" : "Broken")}</Badge>{" "}
                  <Badge tone={configured ? "good" : "attention"}>{t(configured ? "Configured" : "Not configured")}</Badge>
                </p>
                {problem && <p className="warning">{problem}</p>}
                <ul>
                  {capabilities.map((capability) => (
                    <li key={capability}>{t(CAN[capability])}</li>
                  ))}
                </ul>
                <p className="quiet">
                  <code>{name}</code> {version}
                </p>
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Page>
  );
}
