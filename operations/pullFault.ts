import type { Fault } from "../course/faults";

/** Why a registry gave an image not, by what Docker says of it, and what helps. The first that fits. */
const CAUSES: readonly (Required<Pick<Fault, "code" | "what" | "fix">> & { readonly words: RegExp })[] = [
  {
    words: /toomanyrequests|429 Too Many Requests/i,
    code: "pull-limit",
    what: "the registry gives this address no more for now: its limit of pulls is reached",
    fix: "Wait until it counts anew (Docker Hub: six hours), log in with docker login for a higher limit, or set images.source to distribution",
  },
  {
    words: /manifest unknown|manifest for \S+ not found|\S+: not found$/i,
    code: "image-withdrawn",
    what: "the registry has it no more: what this version was pinned to was withdrawn",
    fix: "Bring classlab up to date, which pins images anew, or set images.source to distribution",
  },
  {
    words: /certificate has expired or is not yet valid/i,
    code: "registry-unreachable",
    what: "the registry's certificate is not valid on this machine's date",
    fix: "Set this machine's clock; if it is right, the registry or a proxy on the way has an old certificate: tell whoever runs it",
  },
];

/**
 * What kept an image from being pulled.
 * @param name of the image, as the course has it
 * @param official its reference
 * @param stderr what `docker pull` said
 */
export function pullFault(name: string, official: string, stderr: string): Fault {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const where = `image ${name}`;
  const cause = CAUSES.find(({ words }) => words.test(said));
  if (cause) {
    const { code, what, fix } = cause;
    return { code, where, what: `${official.split("@")[0]}: ${what}`, fix };
  }
  return {
    code: "registry-unreachable",
    where,
    what: `${official} could not be pulled: ${said}`,
    fix: "Connect this machine to the registry, or set images.source to distribution",
  };
}
