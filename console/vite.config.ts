import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Pages go beside the Python code that serves them; what they load has a hash in its name and lies under /ui/assets. */
export default defineConfig({
  base: "/ui/",
  plugins: [react()],
  build: {
    outDir: "../graphql_api/static",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: { finance: "finance/index.html", graphiql: "graphiql/index.html" },
      checks: { moduleLevelDirective: false },
    },
  },
});
