import type {} from "monaco-editor";
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import GraphQLWorker from "monaco-graphql/esm/graphql.worker.js?worker";

const workers: Record<string, new () => Worker> = { json: JsonWorker, graphql: GraphQLWorker };

/** Where Monaco finds its workers: files of our own build. */
window.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => new (workers[label] ?? EditorWorker)(),
};
