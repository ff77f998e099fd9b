// Writes the pages that are made from the code; `npm run docs` builds it first.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import causesPage from "../dist/course/causesPage.js";
import config from "../dist/course/config/index.js";
import languages from "../dist/course/languages.js";
import sheets from "../dist/course/sheets/index.js";
import supportPage from "../dist/course/support/page.js";
import verifyReport from "../dist/operations/verify/report.js";
import { planJsonSchema } from "./planSchema.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const fixtures = join(root, "tests/fixtures/bad");
const messages = readdirSync(fixtures)
  .filter((file) => file.endsWith(".txt"))
  .map((file) => readFileSync(join(fixtures, file), "utf8"));
writeFileSync(join(root, "docs/causes.md"), causesPage.renderCauses(messages));
writeFileSync(join(root, "docs/configuration.md"), config.renderConfiguration());
for (const [name, schema] of [
  ["verify", verifyReport.verifyJsonSchema()],
  ["lab", config.labJsonSchema()],
  ["plan", planJsonSchema()],
])
  writeFileSync(join(root, `docs/${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
writeFileSync(join(root, "docs/support.md"), supportPage.renderSupport());
mkdirSync(join(root, "docs/sheets"), { recursive: true });
for (const edition of config.EDITIONS)
  for (const language of languages.LANGUAGES)
    writeFileSync(
      join(root, `docs/sheets/${edition}.${language}.md`),
      sheets.renderSheet("all", edition, language),
    );
