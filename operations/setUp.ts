import { join } from "node:path";
import { z } from "zod";
import { PACKAGE_ROOT } from "./paths";
import { type ProcessResult, run } from "./process";
import { RUN_VARIABLE } from "./runMark";

const missingSchema = z.looseObject({
  code: z.string(),
  what: z.string(),
  why: z.string(),
  todo: z.string(),
});

const setUpSchema = z.looseObject({
  node: z.looseObject({ version: z.string(), oldest: z.string() }),
  modules: z.boolean(),
  build: z.boolean(),
  engine: z.looseObject({
    folder: z.string().nullable(),
    there: z.boolean(),
    version: z.string(),
    passedOver: z.string().nullable(),
  }),
  plugins: z.looseObject({ expected: z.array(z.string()), absent: z.array(z.string()) }),
  compose: z.looseObject({ version: z.string(), file: z.string(), there: z.boolean() }),
  ssh: z.string().nullable(),
  apt: z.boolean(),
  docker: z.looseObject({
    missing: missingSchema.nullable(),
    startable: z.boolean(),
    host: z.string().nullable(),
  }),
  libvirt: z
    .looseObject({
      missing: missingSchema.nullable(),
      startable: z.boolean(),
      /** Whether KVM's device is root's alone: then every question to libvirt takes many seconds. */
      kvmShut: z.boolean(),
    })
    .optional(),
});

/** What set-up finds of all that it provides. */
export type SetUp = z.output<typeof setUpSchema>;

/** What set-up does without, unless it is asked for: only some labs need it. */
export type SetUpNeed = "modules" | "engine" | "docker" | "libvirt";

/** Set-up may install packages and download an engine. */
const DEADLINE = 40 * 60_000;

/**
 * Asks set-up what is there of all that it provides; it changes nothing.
 * @param needs `libvirt` to hear of that, too: where systemd listens for it, the question starts it
 */
export async function lookAtSetUp(needs: readonly SetUpNeed[] = []): Promise<SetUp> {
  const result = await run(process.execPath, [join(PACKAGE_ROOT, "setup", "look.mjs"), ...needs]);
  if (result.code !== 0) throw new Error(`set-up could not look: ${result.stderr}`);
  return setUpSchema.parse(JSON.parse(result.stdout));
}

/**
 * Has set-up provide what is missing on this machine. It asks on the terminal, and says there why something cannot be had.
 * @param consent whether it may change the machine without asking
 * @param runProgram runs a program on this machine; another one in tests
 */
export function provideBySetUp(
  needs: readonly SetUpNeed[],
  consent: boolean,
  runProgram = run,
): Promise<ProcessResult> {
  const words = [...(consent ? ["--yes"] : []), ...needs];
  return runProgram(process.execPath, [join(PACKAGE_ROOT, "setup", "provide.mjs"), ...words], {
    deadline: DEADLINE,
    terminal: true,
    // Daemons that it starts are the machine's: the next run does not end them as what a killed one left.
    env: { [RUN_VARIABLE]: "" },
  });
}
