import type { Fault } from "../course/faults";

/** Why a registry gave an image not, by what Docker says of it, and what helps. The first that fits. */
const CAUSES: readonly (readonly [words: RegExp, code: Fault["code"], what: string, fix: string])[] = [
  [
    /toomanyrequests|429 Too Many Requests/i,
    "pull-limit",
    "the registry gives this address no more for now: its limit of pulls is reached",
    "Wait until it counts anew (Docker Hub: six hours), log in with docker login for a higher limit, or set images.source to distribution",
  ],
  [
    /manifest unknown|manifest for \S+ not found|\S+: not found$/i,
    "image-withdrawn",
    "the registry has it no more: what this version was pinned to was withdrawn",
    "Bring classlab up to date, which pins images anew, or set images.source to distribution",
  ],
  [
    /certificate has expired or is not yet valid/i,
    "registry-unreachable",
    "the registry's certificate is not valid on this machine's date",
    "Set this machine's clock; if it is right, the registry or a proxy on the way has an old certificate: tell whoever runs it",
  ],
];

/**
 * What kept an image from being pulled.
 * @param name of the image, as the course has it
 * @param official its reference
 * @param stderr what `docker pull` said
 */
export function pullFault(name: string, official: string, stderr: string): Fault {
  const words = stderr.trim().split("\n").at(-1) ?? "";
  const [, code, what, fix] = CAUSES.find(([pattern]) => pattern.test(words)) ?? [];
  const reference = official.split("@")[0];
  if (code === undefined || what === undefined || fix === undefined)
    return {
      code: "registry-unreachable",
      where: `image ${name}`,
      what: `${official} could not be pulled: ${words}`,
      fix: "Connect this machine to the registry, or set images.source to distribution",
    };
  return { code, where: `image ${name}`, what: `${reference}: ${what}`, fix };
}
