import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { classlab, execute, type Finished, output, ROOT } from "./cli";
import { clearLogs, LAB_FOLDER, removeLab, signFolder } from "./leftovers";
import { CONTAINERS } from "./targets/containers";
import type { TestTarget } from "./targets/target";

const upSchema = z.looseObject({
  ok: z.boolean(),
  units: z.array(
    z.looseObject({
      stack: z.string(),
      changes: z.record(z.string(), z.number()),
      resources: z.number(),
      planned: z.number(),
    }),
  ),
  guests: z.array(
    z.looseObject({ guest: z.string(), sshCommand: z.string(), address: z.string().optional() }),
  ),
  services: z.array(
    z.looseObject({ stack: z.string(), url: z.string(), ok: z.boolean(), answer: z.string() }),
  ),
  left: z.array(z.looseObject({ kind: z.string(), level: z.string(), what: z.string() })),
});

/** Services that did not answer, as a reader of a long log finds them; nothing for other documents. */
function silent(document: string): string {
  const told = upSchema
    .pick({ services: true })
    .safeParse(document.startsWith("{") ? JSON.parse(document) : undefined);
  const lines = told.data?.services.filter(({ ok }) => !ok) ?? [];
  return lines.map(({ stack, url, answer }) => `; ${stack} at ${url}: ${answer}`).join("");
}

/** The document that `up --json` prints, as far as tests read it. */
export type UpDocument = z.output<typeof upSchema>;

/** Address part of the test labs: beside the dev lab's 192.168.99, so that a lab that stands is not disturbed. */
export const TEST_NET = "192.168.199";

/** A lab of a test's own: home, backend and stack file in a temporary folder. */
export class TestLab {
  readonly folder = mkdtempSync(join(tmpdir(), LAB_FOLDER));
  readonly env: NodeJS.ProcessEnv;
  /** Its stack file. */
  readonly file: string;
  /** Words before each command of classlab, such as those that enter a network namespace. */
  through: readonly string[] = [];

  /**
   * @param name the lab's name
   * @param config text of a stack file; the dev lab on the test subnet by default
   * @param target where its guests run
   */
  constructor(
    readonly name: string,
    config = TestLab.devConfig(),
    readonly target: TestTarget = CONTAINERS,
  ) {
    this.file = join(this.folder, `Pulumi.${name}.yaml`);
    writeFileSync(this.file, config);
    signFolder(this.folder);
    if (target.name === "libvirt") clearLogs(name);
    mkdirSync(join(this.folder, "home"));
    const { PULUMI_STACK: _stack, PULUMI_OPTION_CWD: _cwd, ...env } = process.env;
    this.env = { ...env, CI: "true", CLASSLAB_HOME: join(this.folder, "home") };
    // What the set-up of the test run itself found must not stand in for this lab's own.
    for (const key of ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE"]) delete this.env[key];
  }

  /** The dev lab's stack file, moved to the test subnet. */
  static devConfig(): string {
    return readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8").replaceAll("192.168.99.", `${TEST_NET}.`);
  }

  /** A lab of one guest with little in it, so that a cycle is quick. */
  static smallConfig(net: string, docker: readonly object[], target = CONTAINERS): string {
    const adapters = [{ switch: "lan", address: `${net}.10` }];
    const size = target.name === "containers" ? {} : { cpus: 1, memory: 768 };
    return stringify({
      config: {
        "classlab:lab": {
          target: target.name,
          units: "one",
          teams: 1,
          switches: [{ name: "lan", mode: "bridged", subnet: `${net}.0/24` }],
          guests: [{ name: "web", ...size, adapters, docker }],
        },
      },
    });
  }

  /** Changes the lab's configuration. */
  edit(change: (lab: LabYaml) => void): void {
    const document: { config: { "classlab:lab": LabYaml } } = parse(readFileSync(this.file, "utf8"));
    change(document.config["classlab:lab"]);
    writeFileSync(this.file, stringify(document));
  }

  /** Runs a verb on this lab. */
  run(verb: string, ...args: string[]): Promise<Finished> {
    return classlab([verb, "--config", this.file, ...args], this.env, this.through);
  }

  /** `up --yes --json` with further options, which must succeed. */
  async up(...args: string[]): Promise<UpDocument> {
    const result = await this.run("up", "--yes", "--json", ...args);
    if (result.code !== 0)
      throw new Error(
        `up ended with ${result.code}${silent(result.stdout)}\n${result.stdout}\n${result.stderr}`,
      );
    return upSchema.parse(JSON.parse(result.stdout));
  }

  /** The environment that `classlab env` prints, as a shell takes it. Asked for anew when the lab's file has changed. */
  async pulumiEnv(): Promise<NodeJS.ProcessEnv> {
    const text = readFileSync(this.file, "utf8");
    if (this.printed?.text === text) return this.printed.variables;
    const printed = await this.run("env");
    if (printed.code !== 0) throw new Error(printed.stderr);
    const environment = await output("sh", ["-c", `${printed.stdout}\nenv -0`], { env: this.env });
    const variables: NodeJS.ProcessEnv = Object.fromEntries(
      environment
        .split("\0")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    this.printed = { text, variables };
    return variables;
  }

  private printed: { readonly text: string; readonly variables: NodeJS.ProcessEnv } | undefined;

  /** Runs plain Pulumi in that environment, from the checkout's own folder. */
  async pulumi(...args: string[]): Promise<Finished> {
    return execute("pulumi", args, { env: await this.pulumiEnv() });
  }

  /** Runs a script in a guest, as root, over its management channel. */
  inGuest(guest: string, script: string): Promise<string> {
    return output("sh", ["-c", this.target.guestShell(this.name, guest)], {
      env: this.env,
      stdin: `set -eu\n${script}`,
    });
  }

  /** Logs in as a learner with the printed command. */
  ssh(command: string, script: string): Promise<Finished> {
    return execute("sh", ["-c", `${command} ${script}`], { env: this.env });
  }

  /** Removes and forgets the lab. That `down` does, and leaves nothing, is for the tests to say, not for their end. */
  async dispose(): Promise<void> {
    await removeLab(this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The lab's configuration as a test edits it. */
export interface LabYaml {
  guests: {
    name: string;
    adapters: ({ switch: string; address?: string } | { mode: "disabled" })[];
    docker?: object[];
    memory?: number;
  }[];
  [key: string]: unknown;
}

/** Why integration tests cannot run here, or undefined. Absence is a failure in CI, never a skip. */
export const SKIP_INTEGRATION =
  process.env.CLASSLAB_TEST_SKIP?.includes("docker") === true && !process.env.CI;

/** The same for tests with virtual machines. */
export const SKIP_LIBVIRT =
  SKIP_INTEGRATION || (process.env.CLASSLAB_TEST_SKIP?.includes("libvirt") === true && !process.env.CI);
