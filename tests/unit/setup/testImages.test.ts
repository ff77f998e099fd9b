import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
});
afterEach(() => checkout.remove());

/** Of which lab images are made, and what came of it, when `script` makes them. */
async function begin(script: string, then: string): Promise<string[]> {
  const { root, place } = checkout;
  const told = join(place, "told");
  writeFileSync(
    join(root, "make.mjs"),
    `import { appendFileSync, existsSync } from "node:fs";
const lab = process.argv.at(-1).slice(process.cwd().length + 1);
appendFileSync(${JSON.stringify(told)}, lab + " " + existsSync(process.env.CLASSLAB_HOME) + "\\n");
${script}`,
  );
  writeFileSync(
    join(root, "driver.mjs"),
    `import { existsSync } from "node:fs";
import { beginImages } from "./setup/test-images.mjs";
const { ended, stop } = beginImages(process.env, ["make.mjs"]);
const begun = async () => { while (!existsSync(${JSON.stringify(told)})) await new Promise((go) => setTimeout(go, 10)); };
${then}
console.log(String(await ended));`,
  );
  const { stdout } = await checkout.finish(checkout.start(["driver.mjs"], {}));
  return [...readFileSync(told, "utf8").split("\n"), ...stdout.split("\n")].filter(Boolean);
}

test("the dev lab's images are made, in a home of their own", async () => {
  expect(await begin("", "")).toEqual(["Pulumi.dev.yaml true", "true"]);
});

test("that they cannot be made is told, and no more", async () => {
  expect(await begin("process.exit(1);", "")).toEqual(["Pulumi.dev.yaml true", "false"]);
});

test("when the tests end before, so does what makes them", async () => {
  expect(await begin("setTimeout(() => {}, 60_000);", "await begun(); stop();")).toEqual([
    "Pulumi.dev.yaml true",
    "false",
  ]);
});
