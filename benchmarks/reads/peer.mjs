// The peer: PostGraphile over the same database, with the same session options and the same token checked each time.
// Run by `python -m benchmarks.reads`; its packages are installed outside the repository.
import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { PEER_DATABASE, PEER_PORT, PEER_KEY } = process.env;
const key = createPublicKey(PEER_KEY);

const verified = new Map(); // as we do: a signature is checked once a token, its times at every request

function verifiedClaims(token) {
  const [head, claims, signature] = token.split(".");
  const signed = Buffer.from(`${head}.${claims}`);
  if (!signature || !verify(null, signed, key, Buffer.from(signature, "base64url"))) throw new Error("Sign in first.");
  verified.set(token, JSON.parse(Buffer.from(claims, "base64url")));
  return verified.get(token);
}

function callerOf(header) {
  const token = (header ?? "").replace(/^Bearer /, "");
  const { exp, sub, roles } = verified.get(token) ?? verifiedClaims(token);
  if (exp * 1000 < Date.now() || !roles.includes("sys_finance")) throw new Error("Not allowed.");
  return sub;
}

const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // our foreign keys' indexes are partial: let it see the relations all the same
  pgServices: [makePgService({ connectionString: PEER_DATABASE, schemas: ["public"] })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: {
    explain: false,
    context(requested) {
      return { caller: callerOf(requested.node?.req.headers.authorization) };
    },
  },
};

const server = createServer();
const instance = postgraphile(preset);
await instance.createServ(grafserv).addTo(server);
server.listen(Number(PEER_PORT), "127.0.0.1", () => console.log("ready"));
