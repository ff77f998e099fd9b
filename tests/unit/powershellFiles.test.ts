import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkFiles, MODULE_FOLDER, powerShellFiles } from "../powershell/check";
import { ADDITIONS, CMDLETS, MICROSOFT, OTHERS } from "../powershell/tables";
import { ROOT } from "./labs";

const files = powerShellFiles();
const checked = checkFiles(files);

/** The verbs that Microsoft approves, of those that the module could need (its page on approved verbs). */
const VERBS =
  "Add Assert ConvertTo Copy Enable Find Get Invoke New Read Remove Rename Restart Set Test Wait".split(" ");

test("PowerShell of the repository has no findings", async () => {
  const { findings } = await checked;
  expect(findings.map(({ path, line, rule, what }) => `${path}:${line}: ${rule}: ${what}`)).toEqual([]);
});

test("what was looked at is all there is", async () => {
  expect(files.map(({ path }) => path).sort()).toEqual([
    "components/hosts/enrolment/Classlab.Host.Tests.ps1",
    "components/hosts/enrolment/Classlab.Host.psd1",
    "components/hosts/enrolment/Classlab.Host.psm1",
    "components/hosts/enrolment/Enroll.ps1",
    "components/hosts/precheck/Precheck.ps1",
    "components/hosts/windows/Classlab.Learner.psm1",
    "components/hosts/windows/FirstBoot.ps1",
    `${MODULE_FOLDER}/Bootstrap.ps1`,
    `${MODULE_FOLDER}/Channel.ps1`,
    `${MODULE_FOLDER}/ChannelBootstrap.ps1`,
    `${MODULE_FOLDER}/Classlab.HyperV.Tests.ps1`,
    `${MODULE_FOLDER}/Classlab.HyperV.psd1`,
    `${MODULE_FOLDER}/Classlab.HyperV.psm1`,
    `${MODULE_FOLDER}/Runner.ps1`,
    "components/hypervisors/hyperv/team/Classlab.Team.psm1",
    "components/hypervisors/hyperv/team/Team.ps1",
    "components/hypervisors/libvirt/windows/guest/Classlab.Guest.psm1",
    "components/hypervisors/libvirt/windows/guest/FirstStart.ps1",
    "components/hypervisors/virtualbox/VirtualBoxSteps.psm1",
    "tests/powershell/Invoke-Tests.ps1",
  ]);
  const { calls, called } = await checked;
  // Words that look like calls outside of comments and strings: the parser lost none of them.
  expect(calls).toBeGreaterThan(300);
  expect([...called].filter((name) => CMDLETS.has(name)).length).toBeGreaterThan(70);
});

test("the tables hold what is called and no more", async () => {
  const words = new Set(
    [
      ...files.map((file) => file.text),
      readFileSync(join(ROOT, "tests/unit/powershellChecker.test.ts"), "utf8"),
    ]
      .join("\n")
      .match(/\b[A-Z][A-Za-z]+(-[A-Z][A-Za-z]+)?\b/g),
  );
  const unused = Object.keys({ ...MICROSOFT.cmdlets, ...OTHERS.cmdlets }).filter((name) => !words.has(name));
  expect(unused.filter((name) => !ADDITIONS[name])).toEqual([]);
});

test.each([
  [MODULE_FOLDER, "Classlab.HyperV"],
  ["components/hosts/enrolment", "Classlab.Host"],
])(
  "the module of %s exports what its manifest lists, and its entry calls all of that but itself",
  async (folder, name) => {
    const { functions } = await checked;
    const own = functions.filter(({ module }) => module === `${folder}/${name}.psm1`);
    const exported = own.map((each) => each.name).filter((each) => /-Classlab/.test(each));
    const manifest = readFileSync(join(ROOT, folder, `${name}.psd1`), "utf8");
    const listed = /FunctionsToExport = @\(([^)]*)\)/.exec(manifest)?.[1]?.match(/[\w-]+/g);
    expect(listed).toEqual([...exported].sort());
    const entry = own.find((each) => each.name === "Invoke-ClasslabFunction");
    expect([...(entry?.parameters.Function?.accepted ?? [])].sort()).toEqual(
      exported.filter((each) => each !== "Invoke-ClasslabFunction").sort(),
    );
  },
);

test("functions of the module are named by approved verbs and a noun", async () => {
  const { functions } = await checked;
  for (const { name } of functions) {
    const [verb, noun] = name.split("-");
    expect([name, VERBS.includes(verb ?? "")]).toEqual([name, true]);
    expect(noun).toMatch(/^[A-Z][A-Za-z]+$/);
  }
});

test("functions that change something know -WhatIf, those that only look do not", async () => {
  const { functions } = await checked;
  const asking = functions.filter(({ shouldProcess }) => shouldProcess).map(({ name }) => name.split("-")[0]);
  expect([...new Set(asking)].sort()).toEqual([
    "Copy",
    "Enable",
    "Invoke",
    "New",
    "Remove",
    "Rename",
    "Restart",
    "Set",
  ]);
});

test("files are plain ASCII with bare line ends: no byte order mark, and no quotes that Windows reads otherwise", () => {
  for (const file of files)
    expect([file.path, /^[\x20-\x7e\n]*$/.test(file.text)]).toEqual([file.path, true]);
});
