import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { prepareWorkFolder, workFolder, writeStackFile } from "../../operations/workFolder";

const folder = mkdtempSync(join(tmpdir(), "classlab-work-"));
const { CLASSLAB_HOME: home } = process.env;
beforeAll(() => {
  process.env.CLASSLAB_HOME = join(folder, "home");
});
afterAll(() => {
  if (home === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

// The engine reads the copy with a YAML reader of its own; that it reads the same, tests/integration/loader.test.ts shows.
test.each([64, 76, 200])("a certificate of lines of %i characters arrives line by line", (width) => {
  const body = Array.from({ length: 5 }, (_, index) => "+/Ab9="[index]?.repeat(width)).join("\n");
  const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  const path = join(folder, "Pulumi.pem.yaml");
  const lab = { guests: [{ name: "web" }], site: { network: { caCertificate: pem } } };
  writeFileSync(path, stringify({ config: { "classlab:lab": lab } }));
  const file = readStackFile(path);
  prepareWorkFolder(file.lab);
  const [unit] = planLab(file).units;
  if (!unit) throw new Error("the lab has a unit");
  writeStackFile(file, unit, undefined);
  const text = readFileSync(join(workFolder(file.lab), `Pulumi.${unit.stack}.yaml`), "utf8");
  expect(parse(text).config["classlab:lab"].site.network.caCertificate).toBe(pem);
  // In quotes on one line, so that no reader folds a line into the next.
  expect(text).toContain(`caCertificate: ${JSON.stringify(pem)}`);
});
