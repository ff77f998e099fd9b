import { readFileSync } from "node:fs";

/**
 * The versions classlab was tested with; `versions.json` is the only place that names them.
 * @type {{ engine: { tested: string[], install: string }, plugins: Record<string, string>, compose: string }}
 */
export const versions = JSON.parse(readFileSync(new URL("./versions.json", import.meta.url), "utf8"));
