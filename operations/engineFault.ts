import { faultIn } from "../components/hypervisors/hyperv/transport";
import { type Fault, FaultError } from "../course/faults";
import { refusedByCloud } from "./clouds/faults";
import { lastWord, OTHER_KEY } from "./hosts/faults";
import { diskFull, libvirtSilent, saysDiskFull, saysLibvirtSilent } from "./trouble";

/** Where the passphrase comes from, as the engine looks for it. */
function passphraseSource(): string {
  const { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  return text === undefined && file ? `passphrase file ${file}` : "PULUMI_CONFIG_PASSPHRASE";
}

/** The engine's words about the passphrase as a fault; undefined when they are about something else. */
function passphraseFault(text: string): Fault | undefined {
  const unreadable = /unable to read PULUMI_CONFIG_PASSPHRASE_FILE: (.*)/.exec(text);
  const wrong = /incorrect passphrase/.test(text);
  const absent = /passphrase must be set with PULUMI_CONFIG_PASSPHRASE/.test(text);
  if (!unreadable && !wrong && !absent) return undefined;
  return {
    code: "passphrase-wrong",
    where: passphraseSource(),
    what: wrong
      ? "it does not open the secrets in the lab's state; nothing was changed"
      : unreadable
        ? `it cannot be read (${(unreadable[1] ?? "").split(": ").at(-1)}), and the lab's state has secrets; nothing was changed`
        : "it is not set, and the lab's state has secrets; nothing was changed",
    expected: "the passphrase with which the lab was brought up",
    fix: "Restore it, or name the right file by PULUMI_CONFIG_PASSPHRASE_FILE, and run the command again",
  };
}

/** A stack that another run holds, as a fault: who and since when. */
export function lockedFault(
  stack: string,
  holder?: {
    readonly username?: string;
    readonly hostname: string;
    readonly pid: number;
    readonly timestamp: string;
  },
): Fault {
  const who = holder && [holder.username, holder.hostname].filter(Boolean).join("@");
  return {
    code: "stack-locked",
    where: `stack ${stack}`,
    what: holder
      ? `another run holds it: ${who}, process ${holder.pid}, since ${holder.timestamp}`
      : "another run holds it",
    fix: "Wait for it to end, and run the command again",
  };
}

/** A script that OpenSSH took to a host in a cloud, and did not bring there, with what it said. */
const BY_SSH = /exit status 255: running "ssh -F [^\n]*?\.hosts\\?" (\S+) [^\n]*:\n((?:[^\n]+\n?)*)/;

/** What is said of a host over SSH that is not reached any more, by the command provider or by OpenSSH, as a fault: before the run it was reached. */
function hostFault(text: string): Fault | undefined {
  const [, host, said = ""] = BY_SSH.exec(text) ?? [];
  const words =
    host === undefined ? /after \d+ failed attempts: ([^\n]+)/.exec(text)?.[1]?.trim() : lastWord(said);
  if (words === undefined) return undefined;
  const changed = words.includes("host key mismatch") || OTHER_KEY.test(said);
  const where = host === undefined ? /dial tcp (\S+?):(?= |$)/.exec(words)?.[1] : `host ${host}`;
  return {
    code: changed ? "host-key-changed" : "host-unreachable",
    where: where ?? "the lab's host",
    what: `${changed ? "in the middle of the run another machine answered there" : "it stopped answering in the middle of the run"} (${words.replace(/\.$/, "")})`,
    fix: "Run npx classlab doctor, and the command again when that is mended: it goes on where it stopped",
  };
}

/** What the module on a Windows host answered, in the words of the step that it failed. */
function toldByWindows(text: string): Fault | undefined {
  const fault = faultIn(text);
  if (fault) return fault;
  const cut =
    /running "powershell\.exe [^"]*":/.test(text) &&
    /wait: remote command exited without|EOF|connection (?:lost|reset)/i.test(text);
  if (!cut) return undefined;
  return {
    code: "host-unreachable",
    where: "the lab's host",
    what: "the connection ended in the middle of a step, before the host had answered",
    fix: "Run the command again: it goes on where it stopped",
  };
}

/** What is told of a cloud: by what asks it, and by a host's own look at its processor. */
function cloudFault(stack: string, text: string): Fault | undefined {
  const unfit = /cloud-type-unfit: ([^\n]+)/.exec(text)?.[1];
  if (unfit !== undefined) {
    const [what = "", fix = ""] = unfit.split(/\. (?=What|Those)/);
    return { code: "cloud-type-unfit", where: `stack ${stack}`, what, fix: fix.trim() };
  }
  const impossible = /nested-impossible: ([^\n]+)/.exec(text)?.[1];
  if (impossible === undefined) return refusedByCloud(stack, text);
  return {
    code: "nested-impossible",
    where: `stack ${stack}`,
    what: impossible.trim().replace(/\.$/, ""),
    fix: "Give the hosts another type, or have the cloud's support say why; then run the command again",
  };
}

/** What scripts say of somebody else's that is where the lab's would be, as a fault. */
export function inTheWayFault(text: string): Fault | undefined {
  const taken = [...text.matchAll(/port-taken: (port \d+ of \S+): ([^\n]+)/g)];
  const [first] = taken;
  if (first !== undefined) {
    const more = new Set(taken.map(([line]) => line)).size - 1;
    return {
      code: "port-taken",
      where: first[1] ?? "a port",
      what: `${(first[2] ?? "").trim()}${more > 0 ? `; ${more} more of the farm's ports ${more === 1 ? "is" : "are"} taken` : ""}`,
      fix: "Let the learners stop it, or give the farm another firstPort, and run the command again: all other ports of the farm answer",
    };
  }
  const [, kind, name, whose] = /object-in-the-way: (\S+) ([^\s:]+): ([^\n]+)/.exec(text) ?? [];
  if (kind !== undefined && whose !== undefined) {
    return {
      code: "object-in-the-way",
      where: `${kind} ${name}`,
      what: whose.trim().replace(/\.$/, ""),
      fix: "Rename or remove it, or give the lab another name",
    };
  }
  return undefined;
}

/** What scripts for a host tell before anything is made there, as a fault. */
function toldFault(stack: string, text: string): Fault | undefined {
  const answered = toldByWindows(text);
  if (answered) return answered;
  const inTheWay = inTheWayFault(text);
  if (inTheWay) return inTheWay;
  const [, network, user] = /subnet-in-use: ([^\s:]+): ([^\n]+)/.exec(text) ?? [];
  if (network !== undefined && user !== undefined) {
    return {
      code: "subnet-in-use",
      where: `network ${network}`,
      what: user.trim().replace(/\.$/, ""),
      expected: "a subnet that nothing else on the host uses",
      fix: "Give the switch another subnet, and the guests' addresses on it with it",
    };
  }
  const [, image, why] = /windows-image-unusable: (\S+): ([^\n]+)/.exec(text) ?? [];
  if (image !== undefined && why !== undefined) {
    return {
      code: "windows-image-unusable",
      where: `image ${image}`,
      what: why.trim().replace(/\.$/, ""),
      fix: "Mend the guest's image (source, sha256) or the file, and run the command again",
    };
  }
  const cloud = cloudFault(stack, text);
  if (cloud) return cloud;
  const silent = /libvirt-not-answering: ([^\n]+)/.exec(text)?.[1];
  if (silent !== undefined) return libvirtSilent(silent.replace(/^error: /, ""));
  const lost = hostFault(text);
  if (lost) return lost;
  // A libvirt that ended in the middle: each step fails with words of its own, and libvirt's among them.
  const line = text.split("\n").find(saysLibvirtSilent);
  if (line !== undefined) return libvirtSilent(line.replace(/^.*error: /, ""));
  const host = /host-not-ready: ([^\n]+)/.exec(text)?.[1];
  if (host === undefined) return undefined;
  return {
    code: "engine-failed",
    where: `stack ${stack}`,
    what: host.trim().replace(/\.$/, ""),
    fix: "Run the command again: it goes on where it stopped",
  };
}

/**
 * The engine's failure as a fault: its own diagnostics, without the transcript around them.
 * @param stack name of the stack that ran
 * @param error what the Automation API threw, or the engine's text
 */
export function engineFault(stack: string, error: unknown): FaultError {
  if (error instanceof FaultError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const lock = /created by (\S+) \(pid (\d+)\) at (\S+)/.exec(text);
  if (lock || /stack is currently locked by|Another update is currently in progress/.test(text)) {
    const [, hostname = "", pid, timestamp = ""] = lock ?? [];
    return new FaultError([lockedFault(stack, lock ? { hostname, pid: Number(pid), timestamp } : undefined)]);
  }
  const passphrase = passphraseFault(text);
  if (passphrase) return new FaultError([passphrase]);
  if (saysDiskFull(text)) {
    const line = diagnostics(text).split("\n").find(saysDiskFull);
    return new FaultError([diskFull(`stack ${stack}`, line ?? "no space left on device")]);
  }
  const told = toldFault(stack, text);
  if (told) return new FaultError([told]);
  const causes = [...text.matchAll(/guest-not-ready: ([^\n]+(?:\n(?!\s*$)[^\n]*)*)/g)];
  if (causes[0]) {
    return new FaultError([
      {
        code: "guest-not-ready",
        where: `stack ${stack}`,
        what: (causes[0][1] ?? "").trim().replace(/\.$/, ""),
        fix: "Run the command again when the cause is mended: it goes on where it stopped",
      },
    ]);
  }
  const rotation = /rotate-failed: ([^\n]+)/.exec(text);
  if (rotation) {
    // The command's own line, which the engine shows, names the guest.
    const guest = /docker exec -i (\S+) sh -s --[^\n]*\s+(?:\S+:\s+)*rotate-failed: /.exec(text);
    return rotationFault(guest?.[1] ? `guest ${guest[1]}` : `stack ${stack}`, rotation[1] ?? "");
  }
  const image = /image-missing: (\S+)/.exec(text);
  if (image) {
    return new FaultError([
      {
        code: "image-missing",
        where: `image ${image[1]}`,
        what: "this machine does not have it",
        fix: "Run: npx classlab images",
      },
    ]);
  }
  return new FaultError([
    {
      code: "engine-failed",
      where: `stack ${stack}`,
      what: diagnostics(text),
      fix: "Run the command again when the cause is mended: it goes on where it stopped",
    },
  ]);
}

/**
 * The words of a script that could not change passwords, as a fault.
 * @param words what follows `rotate-failed: `
 */
export function rotationFault(where: string, words: string): FaultError {
  return new FaultError([
    {
      code: "rotate-failed",
      where,
      what: words,
      fix: "The old passwords are still in use. Run the command again when the cause is mended",
    },
  ]);
}

/** What the engine says of itself around the cause. */
const NOISE =
  /update failed|destroy failed|preview failed|Command failed with exit code|\*\*\w+ failed\*\*|^code:|errors? occurred/;

/** A line of the engine's transcript: sign, type, name, what it did, then the cause. */
const STEP_LINE = /^[-+~]+\s+\S+\s+(\S+)\s.*?error:\s*(.*)$/;

/** Head of a resource's part of the engine's diagnostics: `docker:index:Network (lan-network):`. */
const RESOURCE_HEAD = /^[\w:./-]+ \(([^)]+)\):$/;

/** How a script was called, here or on a host, which the command provider puts before what the script said. */
const CALL = /^(?:error:\s*)?(?:exit status|Process exited with status) \d+: running .*:$/;

/** What each resource's diagnostics say, line by line: the errors, or what a script said last. */
function resourceCauses(lines: readonly string[]): string[] {
  const start = lines.indexOf("Diagnostics:");
  if (start < 0) return [];
  const parts: { readonly name: string; readonly lines: string[] }[] = [];
  for (const line of lines.slice(start + 1)) {
    const head = RESOURCE_HEAD.exec(line);
    if (head) parts.push({ name: head[1] ?? "", lines: [] });
    else if (/^(?:Resources|Outputs|Duration):|^err\?:/.test(line)) break;
    else parts.at(-1)?.lines.push(line);
  }
  return parts.flatMap((part) => {
    const call = part.lines.findLastIndex((line) => CALL.test(line));
    const said = call >= 0 ? part.lines.slice(call + 1) : [];
    const errors = part.lines.filter((line) => /error:/i.test(line));
    const words = (said.length > 0 ? said : errors).filter((line) => !NOISE.test(line));
    return words.map((line) => `${part.name}: ${line.replace(/^error:\s*/i, "")}`);
  });
}

/** The causes in the engine's transcript: one line each, with the resource's name where it is known. */
function diagnostics(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const errors = lines.filter((line) => /error:/i.test(line) && !NOISE.test(line));
  const named = errors.flatMap((line) => {
    const step = STEP_LINE.exec(line);
    return step ? [`${step[1]}: ${step[2]}`] : [];
  });
  const plain = errors.map((line) => line.replace(/^error:\s*/i, ""));
  const found = [resourceCauses(lines), named, plain, lines.slice(-5)].find((causes) => causes.length > 0);
  return [...new Set(found)].join("\n").replace(/\.$/, "");
}
