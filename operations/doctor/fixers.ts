import { ensureImages, type Say } from "../images";
import { provideBySetUp, type SetUpNeed } from "../setUp";
import { backendFolder } from "./keptState";
import { findLocks } from "./locks";
import { looseKeys, looseOthers, octal } from "./privateFiles";
import type { Subject } from "./subject";

/** How a repair may go about it. */
export interface RepairOptions {
  readonly say: Say;
  /** Whether distribution packages may be installed and Docker started without asking. */
  readonly consent: boolean;
}

/** Mends what some checks found. None touches anything that a lab or a learner made. */
export interface Fixer {
  /** Ids of the checks whose findings it mends. */
  readonly mends: readonly string[];
  /** Does it. @returns what was done, in words. @throws FaultError when it cannot be done */
  readonly repair: (subject: Subject, options: RepairOptions) => Promise<string> | string;
}

async function setUp(subject: Subject, needs: readonly SetUpNeed[], options: RepairOptions): Promise<string> {
  const result = await provideBySetUp(needs, options.consent, subject.machine.run.bind(subject.machine));
  return `${needs.join(" and ")}: ${result.code === 0 ? "provided" : "not all of it could be provided; set-up says why above"}`;
}

/** Every repair, in the order in which one may be needed for the next. */
export const FIXERS: readonly Fixer[] = [
  {
    mends: ["modules", "engine", "plugins", "compose"],
    repair: (subject, options) => setUp(subject, ["modules", "engine"], options),
  },
  {
    mends: ["docker", "ssh-client"],
    repair: (subject, options) => setUp(subject, ["docker"], options),
  },
  {
    mends: ["libvirt", "kvm"],
    repair: (subject, options) => setUp(subject, ["libvirt"], options),
  },
  {
    mends: ["keys", "private-files"],
    repair: (subject) => {
      const files = [...looseKeys(subject), ...looseOthers(subject)];
      for (const file of files) subject.machine.makePrivate(file.path, file.wanted);
      return files.map((file) => `${file.path}: mode ${octal(file.wanted)}`).join(", ");
    },
  },
  {
    mends: ["backend"],
    repair: (subject) => {
      const folder = backendFolder(subject.machine);
      if (folder === undefined) return "nothing to make";
      subject.machine.makeFolder(folder);
      return `${folder} made`;
    },
  },
  {
    // Before locks: it takes those of ended runs away as well.
    mends: ["state"],
    repair: async (subject) => {
      const done: string[] = [];
      await subject.machine.recover(
        subject.plan.units.map((unit) => unit.stack),
        (line) => done.push(line.replace(/^recovery: /, "")),
      );
      return done.join("; ") || "nothing to mend any more";
    },
  },
  {
    mends: ["locks"],
    repair: (subject) => {
      const dead = findLocks(subject).filter((lock) => lock.state === "dead");
      for (const lock of dead) {
        subject.machine.removeFile(lock.path);
        // The engine's own note beside every file of such a backend.
        subject.machine.removeFile(`${lock.path}.attrs`);
      }
      return `${dead.length} lock${dead.length === 1 ? "" : "s"} of ended runs removed`;
    },
  },
  {
    mends: ["images"],
    repair: async (subject, options) => {
      const { compose } = await subject.setUp();
      // Where the launcher left it when it was there; set-up may have brought it since.
      process.env.CLASSLAB_COMPOSE ??= compose.file;
      const { source } = await subject.images();
      const { edition, registry, site } = subject.file.config;
      const images = await ensureImages(source, {
        say: options.say,
        consent: options.consent,
        edition,
        network: site.network,
        registry: registry?.run !== undefined,
      });
      return `images provided (${images.source})`;
    },
  },
];
