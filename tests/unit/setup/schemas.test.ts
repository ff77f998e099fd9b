import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
  for (const name of ["xmllint", "netplan", "gpg", "gpgv"]) checkout.fake(name, "");
  checkout.fake("apt-cache", "");
  checkout.fake("apt-get", 'case "$*" in *download*) touch cloud-init_1_all.deb ;; esac');
  checkout.fake("dpkg-deb", "");
});
afterEach(() => checkout.remove());

interface Outcome {
  path: string;
  missing: { code: string; what: string; why: string }[];
}

async function provide(env: Record<string, string> = { CI: "true" }, debian = true): Promise<Outcome> {
  const osRelease = join(checkout.place, "os-release");
  writeFileSync(osRelease, debian ? "ID=debian\n" : "ID=fedora\n");
  writeFileSync(
    join(checkout.root, "schemas-driver.mjs"),
    `import { provideSchemas } from "./setup/schemas.mjs";
const system = { osRelease: "${osRelease}", admin: [], schemas: "${checkout.place}/schemas", python: "${checkout.bin}/python3" };
const found = await provideSchemas({ root: "${checkout.root}", say: console.error, env: process.env, system });
console.log(JSON.stringify(found));`,
  );
  const { stdout, stderr } = await checkout.finish(checkout.start(["schemas-driver.mjs"], env));
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Outcome;
}
const haveSchemas = () => writeFileSync(join(checkout.place, "schemas"), "");
const installed = () =>
  checkout
    .called()
    .filter((call) => /^apt-get .* install /.test(call))
    .map((call) => call.replace(/^.* install /, ""));

test("where all is there nothing is done", async () => {
  haveSchemas();
  checkout.fake("cloud-init", "");
  const { path, missing } = await provide({});
  expect(missing).toEqual([]);
  expect(path).toBe(checkout.environment().PATH);
  expect(checkout.called()).toEqual([]);
});

test("cloud-init is unpacked into the checkout, never installed, and only once", async () => {
  haveSchemas();
  checkout.fake("python3", "");
  const own = join(checkout.root, ".engine/cloud-init");
  const { path, missing } = await provide();
  expect(missing).toEqual([]);
  expect(path.split(":")[0]).toBe(own);
  expect(installed()).toEqual([
    "python3-configobj python3-jinja2 python3-jsonpatch python3-jsonschema python3-oauthlib python3-requests python3-yaml",
  ]);
  expect(checkout.called()).toContain("apt-get -q download cloud-init");
  expect(checkout.called().at(-1)).toBe("python3 -m cloudinit.cmd.main --version");
  expect(checkout.leftovers()).toEqual([]);
  checkout.forgetCalls();
  expect((await provide({})).path).toBe(path);
  expect(checkout.called()).toEqual(["python3 -m cloudinit.cmd.main --version"]);
});

test("a cloud-init that does not run is told, and one that cannot be had", async () => {
  haveSchemas();
  checkout.fake("python3", "exit 1");
  const entry = { code: "packages", what: "cloud-init cannot be had for checking what guests are given" };
  expect((await provide()).missing).toMatchObject([
    { ...entry, why: "the distribution's package does not run" },
  ]);
  checkout.fake("apt-get", "case \"$*\" in *download*) echo 'E: Temporary failure'; exit 100 ;; esac");
  expect((await provide()).missing).toMatchObject([{ ...entry, why: "E: Temporary failure" }]);
  expect(checkout.leftovers()).toEqual([]);
});

test("what is missing is installed, in one go", async () => {
  checkout.fake("cloud-init", "");
  checkout.unfake("xmllint");
  await provide();
  expect(installed()).toEqual(["libvirt0 libxml2-utils"]);
});

test("without consent, and on another Linux, it is said and nothing is done", async () => {
  checkout.unfake("netplan");
  const nobody = await provide({});
  expect(nobody.missing.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    "libvirt0 netplan.io is not installed: there is no terminal to ask for consent",
    "python3-configobj python3-jinja2 python3-jsonpatch python3-jsonschema python3-oauthlib python3-requests python3-yaml is not installed: there is no terminal to ask for consent",
  ]);
  const other = await provide({}, false);
  expect(other.missing.map(({ why }) => why)).toEqual([
    "this is neither Debian nor Ubuntu",
    "this is neither Debian nor Ubuntu",
  ]);
  expect(checkout.called()).toEqual([]);
  expect(existsSync(join(checkout.root, ".engine"))).toBe(false);
});
