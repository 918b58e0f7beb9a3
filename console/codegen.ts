import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse } from "graphql";

/** Where the typed operations go: made of the schema and the .graphql files at each build, never committed. */
const GENERATED = "generated/";

const CONFIG = {
  documentMode: "string",
  enumType: "string-literal",
  strictScalars: true,
  immutableTypes: true,
  useTypeImports: true,
  skipTypename: true,
  scalars: { Cents: "number", CountryCode: "string", CurrencyCode: "string", Date: "string", DateTime: "string" },
};

const schemaText = readFileSync("../schema/schema.graphql", "utf8");
const documents = globSync("finance/**/*.graphql")
  .sort()
  .map((location) => ({ location, rawSDL: readFileSync(location, "utf8") }))
  .map((source) => ({ ...source, document: parse(source.rawSDL) }));

const outputs = await preset.buildGeneratesSection({
  baseOutputDir: GENERATED,
  schema: parse(schemaText),
  schemaAst: buildSchema(schemaText),
  documents,
  config: CONFIG,
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
});

rmSync(GENERATED, { recursive: true, force: true });
// An operation that nobody imports is left out of the pages: making it has no effect, which bundlers cannot know.
for (const output of outputs.filter(({ filename }) => filename.endsWith("graphql.ts"))) {
  const text = (await codegen(output)).replaceAll("= new TypedDocumentString", "= /*#__PURE__*/ new TypedDocumentString");
  mkdirSync(dirname(output.filename), { recursive: true });
  writeFileSync(output.filename, text);
}
