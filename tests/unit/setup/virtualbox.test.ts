import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout";

// apt-get keeps what it is asked to download where `-o Dir::Cache` says, and dpkg-deb unpacks an archive as a folder of its name.
const APT = `list=; cache=
for word do case $word in Dir::Etc::sourcelist=*) list=\${word#*=} ;; Dir::Cache=*) cache=\${word#*=} ;; esac; done
case "$*" in
  *indextargets*) echo "$APT_SITES" ;;
  *download-only*virtualbox*) cat "$list" > "$SOURCES"; touch "$cache/archives/virtualbox_7.deb" "$cache/archives/libllvm22_1.deb" ;;
  *download-only*vagrant*) touch "$cache/archives/vagrant_2.deb" ;;
  *" download "*) touch debian-archive-keyring_1_all.deb ;;
esac`;
const DPKG = `case "$1" in
  --fsys-tarfile) mkdir -p "$2.d/usr/share/doc"; touch "$2.d/usr/\${2##*/}" "$2.d/usr/share/doc/x"; tar -c -C "$2.d" . ;;
  -x) mkdir -p "$3/usr/share/keyrings"; touch "$3/usr/share/keyrings/debian-archive-keyring.gpg" ;;
esac`;

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
  checkout.fake("apt-get", APT);
  checkout.fake("dpkg-deb", DPKG);
  checkout.fake("unshare", "");
});
afterEach(() => checkout.remove());

interface Outcome {
  folder?: string;
  missing?: { code: string; what: string; why: string; todo: string };
}

async function provide(env: Record<string, string> = {}, debian = true, arch = "x64"): Promise<Outcome> {
  const osRelease = join(checkout.place, "os-release");
  writeFileSync(osRelease, debian ? "ID=debian\n" : "ID=fedora\n");
  writeFileSync(
    join(checkout.root, "virtualbox-driver.mjs"),
    `import { provideVirtualBox } from "./setup/virtualbox.mjs";
Object.defineProperty(process, "arch", { value: "${arch}" });
const found = await provideVirtualBox({ root: "${checkout.root}", say: console.error, env: process.env, system: { osRelease: "${osRelease}" } });
console.log(JSON.stringify(found));`,
  );
  const { stdout, stderr } = await checkout.finish(
    checkout.start(["virtualbox-driver.mjs"], {
      SOURCES: join(checkout.place, "sources"),
      APT_SITES: "",
      ...env,
    }),
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Outcome;
}
const sources = () => readFileSync(join(checkout.place, "sources"), "utf8");

test("what is wanted is unpacked into the checkout, once; what windows need, and documents, are not", async () => {
  const folder = join(checkout.root, ".engine/virtualbox");
  expect(await provide()).toEqual({ folder });
  expect(readdirSync(join(folder, "usr")).sort()).toEqual([
    "bin",
    "lib",
    "lib64",
    "sbin",
    "share",
    "vagrant_2.deb",
    "virtualbox_7.deb",
  ]);
  expect(existsSync(join(folder, "usr/share/doc"))).toBe(false);
  expect(readlinkSync(join(folder, "bin"))).toBe("usr/bin");
  expect(lstatSync(join(folder, "tmp")).isDirectory()).toBe(true);
  expect(
    checkout.called().some((call) => call.includes(" install ") && !call.includes("--download-only")),
  ).toBe(false);
  expect(checkout.leftovers()).toEqual([]);
  checkout.forgetCalls();
  expect(await provide()).toEqual({ folder });
  expect(checkout.called()).toEqual([]);
});

test.each([
  [
    "a mirror that this machine uses",
    "Debian https://mirror.example/debian/\nDebian https://mirror.example/debian-security/",
    "https://mirror.example/debian",
  ],
  [
    "Debian's own site on another Linux",
    "Ubuntu http://archive.example/ubuntu/",
    "http://deb.debian.org/debian",
  ],
])("from %s", async (_what, sites, site) => {
  await provide({ APT_SITES: sites });
  expect(sources()).toMatch(/^deb \[signed-by=\/\S*usr\/share\/keyrings\/debian-archive-keyring\.gpg\] /);
  expect(sources().split("] ")[1]).toBe(`${site} sid main contrib\n`);
});

test("a folder that is named is taken as it is", async () => {
  expect(await provide({ CLASSLAB_VIRTUALBOX: "/there" }, false)).toEqual({ folder: "/there" });
  expect(checkout.called()).toEqual([]);
});

test.each([
  ["another Linux", false, "x64"],
  ["another processor", true, "arm64"],
])("on %s it is said, and nothing is done", async (_what, debian, arch) => {
  expect((await provide({}, debian, arch)).missing).toEqual({
    code: "packages",
    what: "VirtualBox and Vagrant cannot be had for checking what is rendered for them",
    why: "VirtualBox is a package of Debian for x86-64 here, and this system has no apt for that",
    todo: "go online, then run the same command again",
  });
  expect(checkout.called()).toEqual([]);
});

test("where it could not be entered nothing is unpacked", async () => {
  checkout.fake("unshare", "echo 'unshare failed: Operation not permitted' >&2; exit 1");
  expect((await provide()).missing).toMatchObject({
    why: "they cannot be entered here: unshare failed: Operation not permitted",
    todo: "run the same command as a user who may do that",
  });
  expect(checkout.called()).toEqual(["unshare --mount true"]);
});

test.each([
  ["update", 'case "$*" in *update*) echo "E: no answer"; exit 100 ;; esac', "E: no answer"],
  ["download", 'case "$*" in *download-only*) echo "E: gone"; exit 100 ;; esac', "E: gone"],
])("a failed %s is told with apt's words, and leaves nothing", async (_what, body, why) => {
  checkout.fake("apt-get", body);
  expect((await provide()).missing?.why).toBe(why);
  expect(existsSync(join(checkout.root, ".engine/virtualbox"))).toBe(false);
  expect(checkout.leftovers()).toEqual([]);
});

test("an archive that cannot be unpacked is told, and leaves nothing", async () => {
  checkout.fake("dpkg-deb", `case "$1" in -x) mkdir -p "$3/usr/share/keyrings" ;; *) exit 2 ;; esac`);
  expect((await provide()).missing?.why).toMatch(/^tar: /);
  expect(existsSync(join(checkout.root, ".engine/virtualbox"))).toBe(false);
  expect(checkout.leftovers()).toEqual([]);
});
