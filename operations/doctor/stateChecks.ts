import { opens } from "../passphrase";
import { type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import { backendFolder } from "./keptState";
import { findLocks } from "./locks";
import { type LooseFile, looseKeys, looseOthers, octal, passphraseFile } from "./privateFiles";
import type { Subject } from "./subject";

function listed(files: readonly LooseFile[]): string {
  return files.map((file) => `${file.path} (mode ${octal(file.mode)})`).join(", ");
}

function modeFix(files: readonly LooseFile[]): string {
  return `Run npx classlab doctor --fix, or: ${files.map((file) => `chmod ${octal(file.wanted)} "${file.path}"`).join(" && ")}`;
}

async function lookAtPassphrase(subject: Subject): Promise<Finding> {
  const { machine, file } = subject;
  const provider = file.document.secretsprovider;
  if (typeof provider === "string" && provider !== "passphrase") {
    return notNeeded(`secrets are kept by ${provider.split(":")[0]}`);
  }
  const path = passphraseFile(subject);
  const given =
    machine.env.PULUMI_CONFIG_PASSPHRASE ?? (path === undefined ? undefined : machine.read(path)?.trim());
  const salt = (await subject.known())?.states.find((state) => state.salt)?.salt;
  const source = path ?? "PULUMI_CONFIG_PASSPHRASE";
  if (given === undefined) {
    const own = path === `${machine.home}/passphrase`;
    if (own && salt === undefined) return fine(`${path}: made by the first up`);
    return {
      status: "blocking",
      found: `there is no ${path ?? "passphrase"}${salt === undefined ? "" : ", and the lab's state has secrets"}`,
      expected: "the passphrase with which the lab was brought up",
      fix: "Restore that file, or name another by PULUMI_CONFIG_PASSPHRASE_FILE",
      code: "passphrase-wrong",
    };
  }
  if (salt !== undefined && (await opens(given, salt)) === false) {
    return {
      status: "blocking",
      found: `the passphrase of ${source} does not open the secrets in the lab's state`,
      expected: "the passphrase with which the lab was brought up",
      fix: "Restore it, or name the right file by PULUMI_CONFIG_PASSPHRASE_FILE",
      code: "passphrase-wrong",
    };
  }
  return fine(salt === undefined ? source : `${source} opens the secrets in the lab's state`);
}

/** State, secrets and keys of the lab. */
export const STATE_CHECKS: readonly CheckDefinition[] = [
  {
    id: "home",
    title: "Folder for state and keys",
    look: ({ machine }) => {
      const there = machine.mode(machine.home) !== undefined;
      if (!machine.writable(machine.home)) {
        return {
          status: "blocking",
          found: `${machine.home} ${there ? "cannot be written to" : "cannot be made"} by this user`,
          fix: "Change its owner, or name another folder by CLASSLAB_HOME",
          code: "environment-missing",
        };
      }
      return fine(there ? machine.home : `${machine.home}: made by the first up`);
    },
  },
  {
    id: "backend",
    title: "Where state is kept",
    look: async (subject) => {
      const { machine } = subject;
      const folder = backendFolder(machine);
      if (folder === undefined) {
        const url = machine.env.PULUMI_BACKEND_URL ?? "";
        // Addresses may hold a key or a password.
        const shown = url.replace(/\/\/[^/@]*@/, "//…@").replace(/\?.*$/, "") || "Pulumi's own choice";
        const answer = await subject.backend();
        if ("known" in answer) return fine(`${shown} answers`);
        return {
          status: "blocking",
          found: `${shown} cannot be read: ${answer.fault}`,
          fix: "Check its address in PULUMI_BACKEND_URL, the network and your login; pulumi whoami tells more",
          code: "engine-failed",
        };
      }
      if (!machine.writable(folder)) {
        return {
          status: "blocking",
          found: `${folder} cannot be written to by this user`,
          fix: "Change its owner, or name another by PULUMI_BACKEND_URL",
          code: "environment-missing",
        };
      }
      if (machine.mode(folder) !== undefined) return fine(folder);
      if (folder === `${machine.home}/state`) return fine(`${folder}: made by the first up`);
      return {
        status: "blocking",
        found: `${folder}, which PULUMI_BACKEND_URL names, does not exist`,
        fix: "Run npx classlab doctor --fix, which makes it; or correct the variable",
        fixable: true,
        code: "environment-missing",
      };
    },
  },
  { id: "passphrase", title: "Passphrase", after: ["backend"], look: lookAtPassphrase },
  {
    id: "keys",
    title: "Private keys",
    look: (subject) => {
      const files = looseKeys(subject);
      if (files.length === 0) return fine("their owner's alone");
      return {
        status: "blocking",
        found: `others can read ${listed(files)}; ssh uses no such key`,
        expected: "mode 0600",
        fix: modeFix(files),
        fixable: true,
        code: "environment-missing",
      };
    },
  },
  {
    id: "private-files",
    title: "Other private files",
    look: (subject) => {
      const files = looseOthers(subject);
      if (files.length === 0) return fine("their owner's alone");
      return {
        status: "warning",
        found: `others can read ${listed(files)}`,
        expected: "mode 0600, and 0700 for folders",
        fix: modeFix(files),
        fixable: true,
      };
    },
  },
  {
    id: "state",
    title: "The lab's state",
    after: ["backend"],
    look: async (subject) => {
      const states = (await subject.known())?.states ?? [];
      const damaged = states.filter((state) => state.damage !== undefined);
      if (damaged.length === 0) {
        if (backendFolder(subject.machine) === undefined) return fine("it can be read");
        return fine(states.length === 0 ? "none yet: the lab was never brought up" : "it can be read");
      }
      const found = damaged.map((state) => `${state.path} cannot be read: ${state.damage}`).join("; ");
      if (damaged.every((state) => state.backup)) {
        return {
          status: "warning",
          found: `${found}; ${damaged.length > 1 ? "backups of them" : "a backup of it"} can`,
          fix: "Run npx classlab doctor --fix, which puts the newest backup in its place and keeps what is there; the next up, down or status does so too",
          fixable: true,
          code: "state-damaged",
        };
      }
      return {
        status: "blocking",
        found: `${found}; nor can a backup`,
        fix: "Restore it from a backup of your own",
        code: "state-damaged",
      };
    },
  },
  {
    id: "locks",
    title: "Locks",
    look: (subject) => {
      const locks = findLocks(subject);
      const [first] = locks.filter((lock) => lock.state !== "dead");
      if (locks.length === 0) return fine("no run holds the lab");
      if (first) {
        return {
          status: "warning",
          found: `stack ${first.stack} is held by ${first.holder}`,
          fix:
            first.state === "live"
              ? "Wait for it to end"
              : "Ask whoever runs it; if it is certainly over, remove the lock with pulumi cancel",
          fixable: locks.some((lock) => lock.state === "dead"),
          code: "stack-locked",
        };
      }
      return {
        status: "warning",
        found: `a run that is no more left ${locks.length > 1 ? `${locks.length} locks` : "its lock"}: ${locks[0]?.holder}`,
        fix: "Run: npx classlab doctor --fix",
        fixable: true,
        code: "stack-locked",
      };
    },
  },
];
