import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLab } from "../../course/config";
import { EXERCISE_IDS } from "../../course/exercises";
import { formatFaults } from "../../course/faults";
import { LANGUAGES } from "../../course/languages";
import { MODES } from "../../course/modes";
import type { LabPlan } from "../../course/plan";
import {
  exerciseSupport,
  FEATURE_NAMES,
  type Feature,
  HOST_KINDS,
  modeInExercise,
  SUPPORT,
  sourceWords,
  supportOf,
  TARGETS,
  type Text,
} from "../../course/support";
import { supportNotes } from "../../course/support/notes";
import { renderSupport } from "../../course/support/page";
import { SOURCES } from "../../course/support/sources";
import { CLOUDS, HOST_KIND_NAMES } from "../../course/support/targets";
import { featuresSupported } from "../../course/support/validate";
import { planOf, ROOT, solid } from "./labs";

const FEATURES = Object.keys(FEATURE_NAMES).filter((key): key is Feature => key in FEATURE_NAMES);
const PLACES = TARGETS.flatMap((target) => HOST_KINDS.map((kind) => [target, kind] as const));

/** A Japanese text is one, and an English one has no Japanese in it. */
function expectBilingual(text: Text): void {
  expect(Object.keys(text).sort()).toEqual([...LANGUAGES].sort());
  expect(text.ja).toMatch(/[\u3040-\u30ff]/);
  expect(text.en).toMatch(/^[\x20-\x7e]+$/);
}

describe("the support table", () => {
  test.each(PLACES)("%s on %s: every cell says how or why, and its source is known", (target, kind) => {
    for (const feature of FEATURES) {
      const cell = supportOf(feature, target, kind);
      expect(sourceWords(cell.source)).not.toBe("");
      if (cell.kind === "emulated") expectBilingual(cell.how);
      if (cell.kind === "native" && cell.note) expectBilingual(cell.note);
      if (cell.kind === "refused") {
        expect(cell.why).toMatch(/^[\x20-\x7e]+[^.]$/);
        expect(cell.instead).toMatch(/^[\x20-\x7e]+[^.]$/);
      }
    }
  });

  test("what a refusal names instead is not refused itself", () => {
    let count = 0;
    for (const [target, kind] of PLACES) {
      for (const feature of FEATURES) {
        const cell = supportOf(feature, target, kind);
        if (cell.kind !== "refused") continue;
        const named = /target ([a-z, ]+?)(?: on a cloud host)?$/.exec(cell.instead)?.[1] ?? "";
        for (const other of TARGETS.filter((candidate) => named.split(/,? or |, /).includes(candidate))) {
          expect([feature, target, other, SUPPORT[other][feature].kind]).not.toContain("refused");
          count += 1;
        }
      }
    }
    expect(count).toBeGreaterThan(40);
  });

  test.each<[Feature, string]>([
    ["bridged", "emulated native native native"],
    ["nat", "emulated emulated native emulated"],
    ["nat-network", "emulated native native native"],
    ["vlan", "emulated emulated emulated native"],
    ["nested", "refused native native native"],
    ["dynamic-memory", "emulated emulated refused native"],
    ["disk-vdi", "refused refused native refused"],
    ["disk-vhd", "refused refused native refused"],
    ["disk-vhdx", "refused refused refused native"],
    ["disk-vmdk", "refused refused native refused"],
    ["disk-qcow2", "refused native refused refused"],
    ["shared-folder", "refused native native emulated"],
    ["linked-clone", "refused emulated native emulated"],
    ["full-clone", "refused native native emulated"],
    ["remote", "refused native native native"],
  ])("%s on containers, libvirt, VirtualBox, Hyper-V: %s", (feature, expected) => {
    expect(TARGETS.map((target) => supportOf(feature, target).kind).join(" ")).toBe(expected);
  });

  test("cloud hosts refuse bridged, VLANs and a third level, whatever the target; nothing else", () => {
    for (const kind of CLOUDS) {
      for (const target of ["libvirt", "hyperv"] as const) {
        const changed = FEATURES.filter(
          (feature) => supportOf(feature, target, kind).kind !== SUPPORT[target][feature].kind,
        );
        expect(changed).toEqual(["bridged", "vlan", "nested"]);
      }
    }
  });

  test("a machine of the room is like this one, but for containers", () => {
    for (const target of TARGETS) {
      const changed = FEATURES.filter(
        (feature) => supportOf(feature, target, "existing") !== SUPPORT[target][feature],
      );
      expect(changed).toEqual(target === "containers" ? ["guests"] : []);
    }
  });

  test("VirtualBox runs on no cloud host, containers on this machine only", () => {
    const where = (target: "virtualbox" | "containers") =>
      HOST_KINDS.filter((kind) => supportOf("guests", target, kind).kind !== "refused");
    expect(where("virtualbox")).toEqual(["this-machine", "existing"]);
    expect(where("containers")).toEqual(["this-machine"]);
  });

  test("every kind of host has a place in it", () => {
    expect([...HOST_KINDS].sort()).toEqual(Object.keys(HOST_KIND_NAMES).sort());
  });

  test("where a VLAN is refused, bridged is refused already", () => {
    for (const [target, kind] of PLACES) {
      if (supportOf("vlan", target, kind).kind === "refused")
        expect(supportOf("bridged", target, kind).kind).toBe("refused");
    }
  });

  test("every document is used, and has an address unless it has no public page", () => {
    const page = renderSupport();
    for (const [id, document] of Object.entries(SOURCES)) {
      expect([id, page.includes(document.title)]).toEqual([id, true]);
      if (!("url" in document)) expect(["manual", "measured", "driver"]).toContain(id);
      else expect(document.url).toMatch(/^https:\/\/[a-z.-]+\/[^ ]+$/);
    }
  });
});

describe("exercise by target", () => {
  test.each(PLACES)(
    "%s on %s: a replacement in both languages where it is not as printed",
    (target, kind) => {
      for (const id of EXERCISE_IDS) {
        const support = exerciseSupport(id, target, kind);
        expect(sourceWords(support.source)).not.toBe("");
        if (support.kind === "as-printed") continue;
        expectBilingual(support.replacement);
        expect(support.replacement.en).toMatch(/^[A-Z].*[.]$/);
        expect(support.replacement.ja).toMatch(/。$/);
      }
    },
  );

  const SHORT = { "as-printed": "p", "other-screens": "s", impossible: "-" } as const;
  const rowsOf = (kind: (typeof HOST_KINDS)[number]) =>
    EXERCISE_IDS.map(
      (id) => `${id} ${TARGETS.map((target) => SHORT[exerciseSupport(id, target, kind).kind]).join("")}`,
    );

  // Containers, libvirt, VirtualBox, Hyper-V.
  const ROOM = [
    "1-virtualbox -sps",
    "2-guest -sps",
    "3a-clone -sps",
    "3b-disabled ssps",
    "3b-host-only ssps",
    "3b-nat ssps",
    "3b-nat-network ssss",
    "3b-bridged ssps",
    "3b-internal ssps",
    "vlan sssp",
    "hyperv ---p",
    "vagrant -ssp",
    "nested -ssp",
    "4-docker pppp",
    "5-image pppp",
    "6-php pppp",
    "6-wordpress pppp",
    "final pppp",
  ];

  test("on this machine and on a machine of the room", () => {
    expect(rowsOf("this-machine")).toEqual(ROOM);
    expect(rowsOf("existing")).toEqual(ROOM.map((row) => row.replace(/ .(...)$/, " -$1")));
  });

  test.each(CLOUDS)("on %s: no bridge, no VLAN, no third level; Docker as printed", (kind) => {
    expect(rowsOf(kind)).toEqual([
      "1-virtualbox -s-s",
      "2-guest -s-s",
      "3a-clone -s-s",
      "3b-disabled -s-s",
      "3b-host-only -s-s",
      "3b-nat -s-s",
      "3b-nat-network -s-s",
      "3b-bridged ----",
      "3b-internal -s-s",
      "vlan ----",
      "hyperv ---s",
      "vagrant -s-s",
      "nested ----",
      "4-docker -p-p",
      "5-image -p-p",
      "6-php -p-p",
      "6-wordpress -p-p",
      "final -p-p",
    ]);
  });

  test("a mode's exercise is impossible where its mode is refused, and only there", () => {
    for (const [target, kind] of PLACES) {
      if (supportOf("guests", target, kind).kind === "refused") continue;
      for (const mode of MODES) {
        expect([
          target,
          kind,
          mode,
          exerciseSupport(`3b-${mode}`, target, kind).kind === "impossible",
        ]).toEqual([target, kind, mode, supportOf(mode, target, kind).kind === "refused"]);
      }
    }
  });

  test("remote learners are told what is done in place of VirtualBox", () => {
    const support = exerciseSupport("2-guest", "virtualbox", "ec2");
    expect(support).toMatchObject({
      kind: "impossible",
      replacement: { en: expect.stringContaining("use target libvirt or hyperv") },
    });
  });

  test("guests of an exercise are by NAT network where a cloud refuses the bridge, unless the exercise is about it", () => {
    for (const kind of CLOUDS)
      for (const target of ["libvirt", "hyperv"] as const)
        for (const id of EXERCISE_IDS) {
          const bridge = exerciseSupport(id, target, kind).kind === "impossible";
          expect([id, modeInExercise(id, "bridged", target, kind)]).toEqual([
            id,
            bridge ? "bridged" : "nat-network",
          ]);
          for (const mode of MODES.filter((one) => one !== "bridged"))
            expect(modeInExercise(id, mode, target, kind)).toBe(mode);
        }
    for (const target of TARGETS)
      for (const mode of MODES) expect(modeInExercise("3a-clone", mode, target, "this-machine")).toBe(mode);
  });

  test("what the cloud adds stands after what the target says", () => {
    const room = exerciseSupport("2-guest", "hyperv");
    const cloud = exerciseSupport("2-guest", "hyperv", "azure");
    if (room.kind === "as-printed" || cloud.kind === "as-printed") throw new Error("no replacement");
    expect(cloud.replacement.en.startsWith(`${room.replacement.en} In the cloud: `)).toBe(true);
    expect(cloud.replacement.ja.startsWith(`${room.replacement.ja}クラウドでは、`)).toBe(true);
    const vagrant = exerciseSupport("vagrant", "hyperv", "azure");
    expect(vagrant).toMatchObject({
      replacement: { en: expect.stringMatching(/^In the cloud the Vagrantfile/) },
    });
  });
});

describe("what a lab asks for", () => {
  const lab = (target: string, guest: object) => ({
    target,
    switches: [{ name: "inner", mode: "internal" }],
    guests: [{ name: "web", adapters: [{ switch: "inner" }], ...guest }],
  });

  test.each(TARGETS)("what is left at its default asks %s for nothing", (target) => {
    const plan = planOf("lab", lab(target, {}));
    expect(plan.teams).toHaveLength(1);
  });

  test("everything that VirtualBox has goes through", () => {
    const plan = planOf(
      "lab",
      lab("virtualbox", {
        nested: true,
        disk: { format: "vdi", allocation: "fixed" },
        profile: "desktop",
        sharedFolder: {},
        clipboard: "both",
        snapshots: ["snapshot1"],
        clones: [{ name: "full" }, { name: "linked", kind: "linked" }],
      }),
    );
    expect(plan.teams[0]?.guests[0]).toMatchObject({ nested: true, clipboard: "both" });
  });

  test("one fault for a key, whatever the number of hosts; the target is the host's", () => {
    const { hosts } = planOf("lab", lab("containers", {}));
    const [host] = hosts;
    if (!host) throw new Error("a lab has a host");
    const config = {
      switches: [{ name: "lan", mode: "bridged" as const, subnet: "10.0.0.0/24" }],
      guests: solid(parseLab({ guests: [{ name: "a", adapters: [{ switch: "lan" }] }] })).guests,
    };
    const at = (target: "libvirt" | "hyperv", kind: "ec2" | "azure" | "this-machine") => ({
      ...host,
      target,
      kind,
    });
    expect(featuresSupported(config, [host, at("libvirt", "this-machine")])).toEqual([]);
    expect(formatFaults(featuresSupported(config, [host, at("libvirt", "ec2"), at("hyperv", "azure")]))).toBe(
      `lab.switches[0].mode: target libvirt refuses mode "bridged" on Amazon EC2: Amazon's network delivers to addresses that it has given out and carries no broadcasts, so that no guest can be on it. Expected nat-network. [mode-unsupported]`,
    );
  });
});

describe("notes for instructors", () => {
  const notes = (plan: LabPlan) => supportNotes(plan).map(({ where, text }) => `${where}: ${text.en}`);

  test("what is emulated or differs, once each; nothing of what is not used", () => {
    const plan = planOf("lab", {
      target: "virtualbox",
      teams: 2,
      language: "en",
      exercises: ["4-docker", "3b-nat-network"],
      switches: [
        { name: "lan", mode: "bridged" },
        { name: "net", mode: "nat-network" },
      ],
      guests: ["a", "b"].map((name) => ({ name, adapters: [{ switch: "net" }], nested: true })),
    });
    expect(notes(plan)).toEqual([
      "switch net: VirtualBox's NAT network has no adapter of the host: the host reaches guests by forwarded ports only, and the manual's ping from the host fails",
      "guests a, b: not while Hyper-V, WSL 2 or Memory Integrity is active on the host; VirtualBox 6.0 nests on AMD processors only",
      "exercise 3b-nat-network: The screens are as printed, but the host has no adapter on VirtualBox's NAT network: its ping to guests (L2935) fails. Forward a port to port 22 of the guest and connect by SSH instead.",
    ]);
    for (const { text, source } of supportNotes(plan)) {
      expectBilingual(text);
      expect(source).toMatch(/^VirtualBox manual, chapter [69], .* \(https:/);
    }
  });

  test("the dev lab: a Docker network for the LAN, English, Docker with root's rights", () => {
    const plan = planOf("dev", {});
    expect(supportNotes(plan).map(({ where }) => where)).toEqual([
      "switch lan",
      "guests ubuntu-test1, ubuntu-test2",
      "guest ubuntu-test1",
    ]);
  });

  test("Windows Home is for machines of the room to mind: clouds rent Windows Server", () => {
    const said = (host: object) =>
      notes(
        planOf("lab", {
          target: "hyperv",
          hosts: [host],
          switches: [{ name: "closed", mode: "internal" }],
          guests: [{ name: "a", adapters: [{ switch: "closed" }] }],
        }),
      ).filter((note) => note.includes("Windows Home"));
    const cloud = { os: "windows", name: "h", allowedCidrs: ["203.0.113.0/24"] };
    expect(said({ ...cloud, kind: "azure", location: "japaneast", vmSize: "Standard_D4s_v5" })).toEqual([]);
    expect(said({ ...cloud, kind: "ec2", region: "us-east-1", instanceType: "m8i.xlarge" })).toEqual([]);
    expect(said({ kind: "existing", name: "h", os: "windows", address: "pc.example" })).toEqual([
      "host h: Windows Home has no Hyper-V",
    ]);
  });

  test("each host's own target and kind", () => {
    const plan = planOf("lab", {
      target: "libvirt",
      hosts: [
        {
          kind: "azure",
          name: "cloud",
          location: "japaneast",
          vmSize: "Standard_D4s_v5",
          allowedCidrs: ["203.0.113.0/24"],
        },
      ],
      language: "en",
      exercises: ["nested"],
      switches: [{ name: "net", mode: "nat-network" }],
      guests: [{ name: "a", adapters: [{ switch: "net" }] }],
    });
    const [host, exercise, ...more] = notes(plan);
    expect(host).toMatch(/^host cloud.*: Microsoft supports no hypervisor but Hyper-V/);
    expect(exercise).toMatch(/^exercise nested: The host itself is the example/);
    expect(more).toEqual([]);
  });

  test("the state that a team stands at counts as its exercise", () => {
    const plan = planOf("lab", {
      language: "en",
      state: { exercise: "4-docker", at: "start" },
      exercises: ["4-docker"],
      switches: [{ name: "net", mode: "internal" }],
      guests: [{ name: "a", adapters: [{ switch: "net" }] }],
    });
    expect(notes({ ...plan, exercises: [] })).toHaveLength(1);
    const teams = plan.teams.map((team) => ({
      ...team,
      status: { at: "start", exercise: "3a-clone" } as const,
    }));
    expect(notes({ ...plan, exercises: [], teams }).at(-1)).toMatch(
      /^exercise 3a-clone: A guest here has neither/,
    );
  });
});

test.each([
  ["containers", [/^guests one, two: a container's clock is its host's/]],
  ["libvirt", []],
  ["virtualbox", [/^guests one, two: Guest Additions set the guest's clock/]],
  ["hyperv", [/^guests one, two: the integration services set the guest's clock/]],
])(
  "time servers of the room on %s: what is to be known of clocks, where there are any",
  (target, expected) => {
    const clocks = (ntp: string[]) =>
      supportNotes(
        planOf("lab", {
          target,
          switches: [],
          guests: [{ name: "one" }, { name: "two" }],
          site: { network: { ntp } },
        }),
      )
        .filter(({ text }) => text.en.includes("clock"))
        .map(({ where, text }) => `${where}: ${text.en}`);
    expect(clocks([])).toEqual([]);
    expect(clocks(["ntp.school.example"])).toEqual(expected.map((text) => expect.stringMatching(text)));
  },
);

test("docs/support.md is what the code says; else: npm run docs", () => {
  expect(readFileSync(join(ROOT, "docs/support.md"), "utf8")).toBe(renderSupport());
});

test("its footnotes lead to sources, each of which is named once", () => {
  const page = renderSupport();
  const links = new Set([...page.matchAll(/\]\(#source-(\d+)\)/g)].map(([, number]) => Number(number)));
  const listed = [...page.matchAll(/^\d+\. <a id="source-(\d+)">/gm)].map(([, number]) => Number(number));
  expect([...links].sort((a, b) => a - b)).toEqual(listed);
  expect(listed).toEqual(listed.map((_, index) => index + 1));
});

test("its tables have a row for every exercise and every feature", () => {
  const rows = renderSupport()
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.split(" | ").length === 5);
  for (const id of EXERCISE_IDS)
    expect(rows.filter((line) => line.startsWith(`| \`${id}\` |`)).length).toBeGreaterThan(0);
  for (const name of Object.values(FEATURE_NAMES))
    expect(rows.filter((line) => line.startsWith(`| ${name} |`))).toHaveLength(1);
});

/** What a key of a guest asks for, written beside the validator once more. */
const WISHES = [
  ["dynamic-memory", { memory: { start: 2048, min: 1024, max: 4096 } }, "memory"],
  ["disk-vdi", { disk: { format: "vdi" } }, "disk.format"],
  ["disk-vhd", { disk: { format: "vhd" } }, "disk.format"],
  ["disk-vhdx", { disk: { format: "vhdx" } }, "disk.format"],
  ["disk-vmdk", { disk: { format: "vmdk" } }, "disk.format"],
  ["disk-qcow2", { disk: { format: "qcow2" } }, "disk.format"],
  ["disk-fixed", { disk: { allocation: "fixed" } }, "disk.allocation"],
  ["desktop", { profile: "desktop" }, "profile"],
  ["nested", { nested: true }, "nested"],
  ["shared-folder", { sharedFolder: {} }, "sharedFolder"],
  ["clipboard", { clipboard: "host-to-guest" }, "clipboard"],
  ["snapshots", { snapshots: ["snapshot1"] }, "snapshots"],
  ["linked-clone", { clones: [{ name: "copy", kind: "linked" }] }, "clones[0].kind"],
  ["full-clone", { clones: [{ name: "copy" }] }, "clones[0].kind"],
] as const satisfies readonly (readonly [Feature, object, string])[];

test.each(WISHES)(
  "%s, asked for by %j, is a fault on just the targets and hosts that refuse it",
  (feature, asked, key) => {
    const lab = solid(parseLab({ switches: [], guests: [{ name: "plain" }, { name: "web", ...asked }] }));
    const [given] = planOf("lab", {}).hosts;
    if (!given) throw new Error("a lab has a host");
    for (const [target, kind] of PLACES) {
      const cell = supportOf(feature, target, kind);
      const faults = featuresSupported(lab, [{ ...given, target, kind }]);
      expect(faults.map(({ code, where, expected }) => [code, where, expected])).toEqual(
        cell.kind === "refused" ? [["feature-unsupported", `lab.guests[1].${key}`, cell.instead]] : [],
      );
    }
  },
);
