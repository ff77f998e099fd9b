import type { Fault } from "../course/faults";

/** Whether a program's words say that a disk, or the room its owner may use there, is full. */
export function saysDiskFull(words: string): boolean {
  return /no space left on device|\bENOSPC\b|disk quota exceeded|\bEDQUOT\b/i.test(words);
}

/** Whether a program's words say that Docker does not answer, or stopped answering in the middle. */
export function saysDockerSilent(words: string): boolean {
  return /cannot connect to the docker daemon|is the docker daemon running|error during connect|error reading from server: EOF|docker\.sock[^\n]*(?:EOF|connection reset|connection refused)/i.test(
    words,
  );
}

/** Whether Docker's words say that an object is not there (any more). */
export function saysGone(words: string): boolean {
  return /no such|not found/i.test(words);
}

/**
 * A full disk as a fault; how much is free where is added when it is told (`explain.ts`).
 * @param words those of the program that met it
 */
export function diskFull(where: string, words: string): Fault {
  return {
    code: "disk-full",
    where,
    what: words,
    fix: "Make room (docker system df shows what Docker holds), and run the command again: it goes on where it stopped",
  };
}

/**
 * A Docker that does not answer as a fault.
 * @param words those of the program that asked it
 */
export function dockerSilent(words: string): Fault {
  return {
    code: "docker-not-running",
    where: "this machine",
    what: `Docker does not answer (${words.trim().replace(/\.$/, "")})`,
    fix: "Start Docker, or run npm start, which installs and starts it; then run the command again: it goes on where it stopped",
  };
}

/**
 * A Docker that stopped answering in the middle of a run and answers again, as a fault.
 * @param words those of the program that asked it
 */
export function dockerInterrupted(where: string, words: string): Fault {
  return {
    code: "docker-not-running",
    where,
    what: `Docker, this machine's or a guest's, stopped answering in the middle (${words.trim().replace(/\.$/, "")})`,
    fix: "Run the command again: it goes on where it stopped",
  };
}

/** Whether libvirt's words say that its daemon does not answer, or stopped answering in the middle. */
export function saysLibvirtSilent(words: string): boolean {
  return /failed to connect to the hypervisor|libvirt-sock|end of file while reading data|client socket is closed/i.test(
    words,
  );
}

/**
 * A libvirt that does not answer as a fault.
 * @param words those of the program that asked it
 * @param where the host
 */
export function libvirtSilent(words: string, where = "this machine"): Fault {
  return {
    code: "libvirt-not-running",
    where,
    what: `libvirt does not answer (${words.trim().replace(/\.$/, "")})`,
    fix: "Start it (sudo systemctl start libvirtd), or run classlab up, which installs and starts it; then run the command again: it goes on where it stopped",
  };
}
