import { FaultError } from "../../course/faults";
import {
  askLibvirt,
  ensureLibvirt,
  type LibvirtVersions,
  readLibvirtVersions,
} from "../../operations/libvirt";
import type { ProcessOptions } from "../../operations/process";
import { provideBySetUp, type SetUp } from "../../operations/setUp";

const ANSWER = `Compiled against library: libvirt 9.0.0
Using library: libvirt 9.0.0
Using API: QEMU 9.0.0
Running hypervisor: QEMU 7.2.22
Running against daemon: 9.0.1

`;
const VERSIONS: LibvirtVersions = { libvirt: "9.0.1", qemu: "7.2.22" };

test("the daemon's version counts, not that of the library here", () => {
  expect(readLibvirtVersions(ANSWER)).toEqual(VERSIONS);
});

test.each([
  ["no QEMU", ANSWER.replace(/^Running hypervisor.*\n/m, "")],
  ["another hypervisor", ANSWER.replace("hypervisor: QEMU", "hypervisor: Xen")],
  ["no daemon", ANSWER.replace(/^Running against.*\n/m, "")],
  ["nothing", ""],
])("an answer with %s has no versions", (_what, text) => {
  expect(readLibvirtVersions(text)).toBeUndefined();
});

test("a host is asked in English, by a program that may run anywhere", async () => {
  const calls: unknown[] = [];
  const host =
    (code: number) => async (program: string, args: readonly string[], options?: ProcessOptions) => {
      calls.push([program, ...args, options]);
      return { code, stdout: ANSWER, stderr: "" };
    };
  expect(await askLibvirt(host(0))).toEqual(VERSIONS);
  expect(await askLibvirt(host(1))).toBeUndefined();
  expect(calls[0]).toEqual([
    "env",
    "LC_ALL=C",
    "virsh",
    "-c",
    "qemu:///system",
    "version",
    "--daemon",
    { deadline: 60_000 },
  ]);
});

describe("on this machine", () => {
  const MISSING = {
    code: "libvirt-consent",
    what: "libvirt is installed, but does not answer",
    why: "no such file",
    todo: 'run "sudo virtlogd -d; sudo libvirtd -d", or the same command again with --yes',
  };
  const setUp = (missing: typeof MISSING | null, kvmShut = false): SetUp => ({
    node: { version: "", oldest: "" },
    modules: true,
    build: true,
    engine: { folder: null, there: true, version: "", passedOver: null },
    plugins: { expected: [], absent: [] },
    compose: { version: "", file: "", there: true },
    ssh: null,
    apt: true,
    docker: { missing: null, startable: false, host: null },
    libvirt: { missing, startable: missing !== null, kvmShut },
  });
  let provided: (readonly [readonly string[], boolean])[];

  /** What set-up finds, look by look, and what libvirt answers in the end. */
  const ensure = (
    consent: boolean,
    found: readonly (typeof MISSING | null)[],
    versions?: LibvirtVersions,
  ) => {
    const looks = [...found];
    return ensureLibvirt(consent, {
      ask: async () => versions,
      look: async (needs) => {
        expect(needs).toEqual(["libvirt"]);
        return setUp(looks.shift() ?? null);
      },
      provide: async (needs, agreed) => {
        provided.push([needs, agreed]);
        return { code: 0, stdout: "", stderr: "" };
      },
    });
  };
  const faults = async (work: Promise<unknown>) => {
    const error: unknown = await work.catch((caught) => caught);
    if (!(error instanceof FaultError)) throw error;
    return error.faults;
  };

  beforeEach(() => {
    provided = [];
  });

  test("nothing is provided where all is there", async () => {
    expect(await ensure(true, [null], VERSIONS)).toEqual(VERSIONS);
    expect(provided).toEqual([]);
  });

  test.each([true, false])("what is missing is provided, consent: %s", async (consent) => {
    expect(await ensure(consent, [MISSING, null], VERSIONS)).toEqual(VERSIONS);
    expect(provided).toEqual([[["libvirt"], consent]]);
  });

  test("KVM's device that is root's alone is seen to as well", async () => {
    const versions = await ensureLibvirt(true, {
      ask: async () => VERSIONS,
      look: async () => setUp(null, true),
      provide: async (needs, agreed) => {
        provided.push([needs, agreed]);
        return { code: 0, stdout: "", stderr: "" };
      },
    });
    expect(versions).toEqual(VERSIONS);
    expect(provided).toEqual([[["libvirt"], true]]);
  });

  test("what cannot be had is a fault, in set-up's words", async () => {
    expect(await faults(ensure(false, [MISSING, MISSING]))).toEqual([
      {
        code: "libvirt-not-running",
        where: "this machine",
        what: "libvirt is installed, but does not answer: no such file",
        fix: 'Run "sudo virtlogd -d; sudo libvirtd -d"',
      },
    ]);
    // It answers, and yet a program beside it is missing.
    expect(await faults(ensure(false, [MISSING, MISSING], VERSIONS))).toHaveLength(1);
  });

  test("an answer without versions is one, too", async () => {
    expect(await faults(ensure(true, [null]))).toMatchObject([
      {
        code: "libvirt-not-running",
        what: expect.stringContaining("virsh -c qemu:///system version --daemon"),
      },
    ]);
  });
});

test("set-up is started with what is needed, and may ask on the terminal", async () => {
  const calls: unknown[] = [];
  const result = { code: 0, stdout: "", stderr: "" };
  const note = async (program: string, args: readonly string[], options?: ProcessOptions) => {
    calls.push([program, args, options?.terminal, options?.env]);
    return result;
  };
  expect(await provideBySetUp(["libvirt"], false, note)).toBe(result);
  await provideBySetUp(["modules", "engine"], true, note);
  // Without the mark of this run: a daemon that set-up starts stays.
  const unmarked = { CLASSLAB_RUN: "" };
  const program = expect.stringMatching(/\/setup\/provide\.mjs$/);
  expect(calls).toEqual([
    [process.execPath, [program, "libvirt"], true, unmarked],
    [process.execPath, [program, "--yes", "modules", "engine"], true, unmarked],
  ]);
});
