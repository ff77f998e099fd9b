import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePowerShell } from "../powershell/parser";
import { ROOT } from "../support/cli";
import { KEY_FILE, PC_RULES, Pc } from "../support/windows/pc";
import { pcMember, runPcCmdlet } from "../support/windows/pcCmdlets";
import { PowerShell } from "../support/windows/powershell";
import { isObject, toJson } from "../support/windows/values";

// The module's own text, run on a model of a Windows PC (tests/support/windows/pc.ts): what enrolling changes, and that giving back takes all of it
// away again. Not proved: that Windows does as its pages say.
const tree = parsePowerShell(
  readFileSync(join(ROOT, "components/hosts/enrolment/Classlab.Host.psm1"), "utf8"),
);

const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ classlab:lab/hosts";
const RECORD = "C:\\ProgramData\\classlab\\enrolment.json";
const LANS = ["192.168.99.0/24", "10.1.0.0/16"];
const ORDER = {
  user: "classlab",
  publicKey: KEY,
  from: LANS,
  ssh: true,
  hypervisor: "hyperv",
  bundle: "E:\\classlab",
};
const MSI = {
  file: "OpenSSH.msi",
  sha256: "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
};

/** The power goes: nothing in PowerShell sees it. */
class PowerCut extends Error {}

interface CallOptions {
  /** Cmdlets that change something before the power goes. */
  readonly cutAfter?: number;
  readonly rehearse?: boolean;
}

const CHANGES = /^(?:add|copy|disable|enable|new|remove|set|start|stop)-|^icacls|^bcdedit|vboxmanage/i;

/** Calls a function of the module. @returns its answer, or undefined where the power went */
async function call(pc: Pc, name: string, data: object = {}, options: CallOptions = {}): Promise<unknown> {
  let changes = 0;
  const spend = () => {
    if (options.cutAfter !== undefined && changes >= options.cutAfter) throw new PowerCut();
    changes += 1;
  };
  const shell = new PowerShell(
    {
      cmdlet: (cmdlet, given) => {
        if (CHANGES.test(cmdlet)) spend();
        return runPcCmdlet(pc, cmdlet, given);
      },
      member: (type, member, args) => {
        if (/^IO\.File::(?:Write|Replace|Move|Delete)/.test(`${type}::${member}`)) spend();
        return pcMember(pc, type, member, args);
      },
    },
    { "env:programdata": "C:\\ProgramData" },
  );
  shell.load(await tree);
  const sent: unknown = JSON.parse(JSON.stringify(data));
  try {
    return toJson(
      shell.call("Invoke-ClasslabFunction", {
        Function: name,
        Data: sent,
        Rehearse: options.rehearse ?? false,
      }),
    );
  } catch (error) {
    if (error instanceof PowerCut) return undefined;
    throw error;
  }
}

const enrol = (pc: Pc, order: object = {}, options?: CallOptions) =>
  call(pc, "Set-ClasslabEnrolment", { ...ORDER, ...order }, options);
const release = (pc: Pc, options?: CallOptions) => call(pc, "Remove-ClasslabEnrolment", {}, options);

/** What a call is refused with, as `code: what`. */
function refusal(answer: unknown): string {
  const fault = isObject(answer) && isObject(answer.fault) ? answer.fault : {};
  return `${String(fault.code)}: ${String(fault.what)}`;
}

/** The server makes its own keys at its first start, and Windows leaves them when the server goes. */
const pictureOf = (pc: Pc) => {
  const picture: { files?: unknown } = pc.picture();
  const files = Array.isArray(picture.files) ? picture.files : [];
  return { ...picture, files: files.filter(([path]) => !String(path).includes("ssh_host_")) };
};

/** PCs as a room may have them, each with what it is enrolled for. */
const PCS: readonly (readonly [title: string, make: () => Pc, order: object])[] = [
  ["a new client, for Hyper-V", () => new Pc(), {}],
  [
    "a PC that has an SSH server, keys and the user already, and turned the hypervisor off",
    () => {
      const pc = new Pc();
      pc.addServer("capability");
      pc.services[0] = { Name: "sshd", StartType: "Automatic", Status: "Running" };
      pc.startServer();
      pc.file(KEY_FILE, Buffer.from("ssh-ed25519 AAAATHEIRS somebody\r\n"));
      pc.rights.set(KEY_FILE.toLowerCase(), "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;AU)");
      pc.users.push({ Name: "classlab", SID: pc.newSid() });
      pc.members.push("PC-01\\classlab");
      pc.launchType = "Off";
      pc.features.set("Microsoft-Hyper-V-Management-PowerShell", "Enabled");
      return pc;
    },
    {},
  ],
  [
    "a PC whose updates come from the company, with OpenSSH on the stick",
    () => {
      const pc = new Pc();
      pc.updatesFromCompany = true;
      pc.file("E:\\classlab\\OpenSSH.msi", Buffer.from("openssh"));
      return pc;
    },
    {
      hypervisor: "none",
      openSsh: { ...MSI, sha256: "6d4df2b51eb5bd08b6ba7af6e25b4b12cbd12ef4b2b3d1a5b8a9b7c6ec1a7e2f" },
    },
  ],
  ["a PC that nobody is let into over SSH", () => new Pc(), { ssh: false }],
  [
    "a PC for VirtualBox with its Extension Pack",
    () => {
      const pc = new Pc();
      pc.file("E:\\classlab\\VirtualBox.exe", Buffer.from("virtualbox"));
      pc.file("E:\\classlab\\Pack.vbox-extpack", Buffer.from("pack"));
      return pc;
    },
    { hypervisor: "virtualbox" },
  ],
];

/** The order of a PC, with the hashes of what is on its stick. */
function orderFor(pc: Pc, order: object): object {
  const pinned = (file: string) => ({ file, sha256: pc.hash(`E:\\classlab\\${file}`).toLowerCase() });
  return {
    ...order,
    ...("openSsh" in order ? { openSsh: pinned("OpenSSH.msi") } : {}),
    ...("hypervisor" in order && order.hypervisor === "virtualbox"
      ? {
          virtualBox: { ...pinned("VirtualBox.exe"), version: "7.2.4" },
          extensionPack: {
            ...pinned("Pack.vbox-extpack"),
            accepted: "PUEL",
            basis: "education",
            licence: "ab",
          },
        }
      : {}),
  };
}

describe.each(PCS)("%s", (_title, make, base) => {
  let pc: Pc;
  let before: object;
  let order: object;
  beforeEach(() => {
    pc = make();
    before = pictureOf(pc);
    order = orderFor(pc, base);
  });

  test("is enrolled, twice is as once, and it is given back as it was", async () => {
    expect(await enrol(pc, order)).toMatchObject({ ok: true });
    pc.restart();
    const enrolled = pictureOf(pc);
    expect(enrolled).not.toEqual(before);
    expect(await enrol(pc, order)).toMatchObject({ ok: true, value: { rebootNeeded: false } });
    expect(pictureOf(pc)).toEqual(enrolled);
    expect(await release(pc)).toMatchObject({ ok: true });
    pc.restart();
    expect(pictureOf(pc)).toEqual(before);
    expect(await release(pc)).toMatchObject({ ok: true, value: { released: 0, rebootNeeded: false } });
    expect(pictureOf(pc)).toEqual(before);
  });

  test("a rehearsal changes nothing, of either", async () => {
    expect(await enrol(pc, order, { rehearse: true })).toMatchObject({ ok: true });
    expect(pictureOf(pc)).toEqual(before);
    await enrol(pc, order);
    const enrolled = pictureOf(pc);
    expect(await release(pc, { rehearse: true })).toMatchObject({ ok: true });
    expect(pictureOf(pc)).toEqual(enrolled);
  });

  test("the power goes at any moment: it is given back as it was, and it can be enrolled to the end", async () => {
    let moments = 0;
    for (; ; moments += 1) {
      const cut = make();
      if ((await enrol(cut, order, { cutAfter: moments })) !== undefined) break;
      cut.restart();
      const again = make();
      await enrol(again, order, { cutAfter: moments });
      again.restart();
      expect(await release(cut)).toMatchObject({ ok: true });
      cut.restart();
      expect({ moments, picture: pictureOf(cut) }).toEqual({ moments, picture: before });
      expect(await enrol(again, order)).toMatchObject({ ok: true });
      again.restart();
      expect(await release(again)).toMatchObject({ ok: true });
      again.restart();
      expect({ moments, picture: pictureOf(again) }).toEqual({ moments, picture: before });
    }
    expect(moments).toBeGreaterThan(4);
  });

  test("the power goes while it is given back: doing it again ends it", async () => {
    for (let moments = 0; ; moments += 1) {
      const cut = make();
      await enrol(cut, order);
      cut.restart();
      const whole = (await release(cut, { cutAfter: moments })) !== undefined;
      cut.restart();
      expect(await release(cut)).toMatchObject({ ok: true });
      cut.restart();
      expect({ moments, picture: pictureOf(cut) }).toEqual({ moments, picture: before });
      if (whole) break;
    }
  });
});

describe("what is let in", () => {
  test("the controller's key, from the controller's and the lab's networks alone", async () => {
    const pc = new Pc();
    expect(await enrol(pc)).toEqual({
      ok: true,
      value: { rebootNeeded: true, hostKey: "ssh-ed25519 AAAAHOST" },
    });
    expect(pc.letsIn(KEY)).toBe(true);
    const own = pc.firewall.filter(({ Name }) => Name.startsWith("classlab"));
    expect(
      own.map(({ made }) => [made.protocol, made.icmptype ?? made.localport, made.remoteaddress]),
    ).toEqual([
      ["ICMPv4", 8, LANS],
      ["TCP", 22, LANS],
    ]);
    expect(pc.firewall.find(({ Name }) => Name === "OpenSSH-Server-In-TCP")?.Enabled).toBe("False");
    expect(pc.members).toContain("PC-01\\classlab");
  });

  test("nobody by SSH where that is not allowed: no server, no user, no key", async () => {
    const pc = new Pc();
    await enrol(pc, { ssh: false });
    expect([pc.services, pc.users.length, pc.entry(KEY_FILE)]).toEqual([[], 1, undefined]);
    expect(pc.firewall.filter(({ Enabled }) => Enabled === "True").map(({ Name }) => Name)).toEqual([
      "classlab-ping",
    ]);
  });

  test("keys that others put in while it was a host stay when it is given back", async () => {
    const pc = new Pc();
    await enrol(pc);
    pc.file(KEY_FILE, Buffer.from(`${KEY}\r\nssh-ed25519 AAAATHEIRS somebody\r\n`));
    await release(pc);
    expect(pc.entry(KEY_FILE)?.bytes.toString()).toBe("ssh-ed25519 AAAATHEIRS somebody\r\n");
  });
});

describe("the turn of one of two hypervisors", () => {
  const turn = (pc: Pc, to: string, options?: CallOptions) => call(pc, "Set-ClasslabTurn", { to }, options);
  const answer = (rebootNeeded: boolean) => ({ ok: true, value: { rebootNeeded } });
  const BEFORE: readonly (readonly [string, (pc: Pc) => void])[] = [
    ["a PC of the lab", () => undefined],
    [
      "one whose owner had turned the hypervisor off",
      (pc) => {
        pc.launchType = "Off";
      },
    ],
  ];

  test.each(BEFORE)(
    "%s: VirtualBox's, Hyper-V's again, and given back as it was",
    async (_title, arrange) => {
      const pc = new Pc();
      arrange(pc);
      const before = pictureOf(pc);
      await enrol(pc);
      pc.restart();
      expect(pc.hypervisor).toBe(true);
      expect(await turn(pc, "hyperv")).toEqual(answer(false));
      expect(await turn(pc, "virtualbox")).toEqual(answer(true));
      expect(await turn(pc, "virtualbox")).toEqual(answer(true));
      pc.restart();
      expect([pc.hypervisor, await turn(pc, "virtualbox")]).toEqual([false, answer(false)]);
      expect(await turn(pc, "hyperv")).toEqual(answer(true));
      pc.restart();
      expect([pc.hypervisor, await turn(pc, "hyperv")]).toEqual([true, answer(false)]);
      await turn(pc, "virtualbox");
      await release(pc);
      pc.restart();
      expect(pictureOf(pc)).toEqual(before);
    },
  );

  test("a rehearsal changes nothing, and the power may go", async () => {
    const pc = new Pc();
    const before = pictureOf(pc);
    expect(await turn(pc, "virtualbox", { rehearse: true })).toMatchObject({ ok: true });
    expect(pictureOf(pc)).toEqual(before);
    for (let moments = 0; ; moments += 1) {
      const cut = new Pc();
      const whole = (await turn(cut, "virtualbox", { cutAfter: moments })) !== undefined;
      cut.restart();
      expect(await turn(cut, "virtualbox")).toMatchObject({ ok: true });
      expect(cut.launchType).toBe("Off");
      await release(cut);
      cut.restart();
      expect({ moments, picture: pictureOf(cut) }).toEqual({ moments, picture: before });
      if (whole) break;
    }
  });

  test("is an administrator's to give", async () => {
    const pc = new Pc();
    pc.administrator = false;
    expect(refusal(await turn(pc, "virtualbox"))).toBe(
      "administrator-needed: this is not run as an administrator",
    );
  });
});

describe("is refused", () => {
  test("to who is no administrator, with nothing changed", async () => {
    const pc = new Pc();
    pc.administrator = false;
    const before = pc.picture();
    expect(refusal(await enrol(pc))).toBe("administrator-needed: this is not run as an administrator");
    expect(pc.picture()).toEqual(before);
  });

  test("where updates come from the company: with what helps, and given back it is as it was", async () => {
    const pc = new Pc();
    pc.updatesFromCompany = true;
    const before = pictureOf(pc);
    const answer = await enrol(pc);
    expect(refusal(answer)).toContain("host-command-failed: OpenSSH could not be added: ");
    expect(answer).toMatchObject({ fault: { fix: expect.stringContaining("--openssh FILE.msi") } });
    expect(await release(pc)).toMatchObject({ ok: true });
    expect(pictureOf(pc)).toEqual(before);
  });

  test("Windows Home for Hyper-V, told to use VirtualBox", async () => {
    const pc = new Pc();
    pc.features.clear();
    expect(refusal(await enrol(pc))).toBe("host-unsuitable: this edition of Windows has no Hyper-V");
  });

  test("a file of the stick that is another, or is not there", async () => {
    const pc = new Pc();
    expect(refusal(await enrol(pc, { openSsh: MSI }))).toBe(
      "package-untrusted: OpenSSH.msi is not on the stick",
    );
    pc.file("E:\\classlab\\OpenSSH.msi", Buffer.from("another"));
    expect(refusal(await enrol(pc, { openSsh: MSI }))).toContain(
      "package-untrusted: OpenSSH.msi has the SHA-256 ",
    );
    expect(pc.services).toEqual([]);
  });

  test("another version of VirtualBox that is there, and an Extension Pack whose licence nobody accepted", async () => {
    const pc = new Pc();
    pc.products.set("{1}", "Oracle VirtualBox 7.0.1");
    const virtualBox = { file: "VirtualBox.exe", sha256: "00", version: "7.2.4" };
    expect(refusal(await enrol(pc, { hypervisor: "virtualbox", virtualBox }))).toBe(
      "object-in-the-way: VirtualBox 7.0.1 is installed here, and the lab is for 7.2.4",
    );
    const extensionPack = {
      file: "Pack",
      sha256: "00",
      accepted: "PUEL",
      basis: "commercial",
      licence: "ab",
    };
    expect(refusal(await enrol(pc, { hypervisor: "virtualbox", extensionPack }))).toContain(
      "licence-missing: ",
    );
    expect(pc.products.size).toBe(1);
  });
});

test("what cannot be put back stays in the record and is told; the rest is put back", async () => {
  const pc = new Pc();
  await enrol(pc);
  pc.restart();
  const record = pc.entry(RECORD)?.bytes.toString() ?? "";
  pc.file(RECORD, Buffer.from(record.replace('"kind":"user"', '"kind":"of-a-later-version"')));
  expect(refusal(await release(pc))).toBe(
    "release-incomplete: not put back: of-a-later-version classlab: the record has a change of an unknown kind: of-a-later-version",
  );
  expect(pc.firewall.filter(({ Name }) => Name.startsWith("classlab"))).toEqual([]);
  const kept: { changes: object[] } = JSON.parse(pc.entry(RECORD)?.bytes.toString() ?? "");
  expect(kept.changes).toEqual([{ kind: "of-a-later-version", name: "classlab", before: "absent" }]);
});

test("every rule of the model was met", async () => {
  const met = new Set<string>();
  for (const [, make, base] of PCS) {
    const pc = make();
    await enrol(pc, orderFor(pc, base));
    pc.letsIn(KEY);
    pc.restart();
    await release(pc);
    for (const rule of pc.pcRules) met.add(rule);
  }
  expect([...met].sort()).toEqual(Object.keys(PC_RULES).sort());
});
