import { type Check, nestedFlagId, vantageKey } from "../../course/checks";
import type { AdapterPlan, GuestPlan } from "../../course/plan";
import { VERIFY_CAUSES, type VerifyCause } from "../../course/verifyCauses";
import { type Evidence, guestAt } from "./evidence";
import type { ProbeResult } from "./probeResults";

/** Why something is not as it should be. */
export interface Trouble {
  readonly cause: VerifyCause;
  /** What was seen, as a sentence without its full stop. */
  readonly what: string;
}

/** What is wrong with a guest as a whole; undefined when it runs and answers. The platform is asked first. */
export function guestTrouble(evidence: Evidence, guest: GuestPlan): Trouble | undefined {
  const key = `${guest.team}/${guest.name}`;
  if (!evidence.platform) return { cause: "platform-silent", what: VERIFY_CAUSES["platform-silent"].what };
  const seen = evidence.platform.get(guest.objectName);
  if (!seen) return { cause: "guest-absent", what: `${key} does not exist` };
  if (seen.state === "paused") return { cause: "guest-paused", what: `${key} is paused` };
  if (seen.state !== "running") return { cause: "guest-not-running", what: `${key} is ${seen.state}` };
  const probed = evidence.probed.get(key);
  if (probed && probed.findings.results.size === 0 && !probed.findings.ended) {
    if (evidence.cut) return { cause: evidence.cut, what: VERIFY_CAUSES[evidence.cut].what };
    return { cause: "channel-silent", what: `${key}: ${probed.failure ?? "no answer"}` };
  }
  if (!probed && evidence.cut) return { cause: evidence.cut, what: VERIFY_CAUSES[evidence.cut].what };
  return undefined;
}

type Connected = Exclude<AdapterPlan, { mode: "disabled" }>;

function connectedOf(guest: GuestPlan): Connected[] {
  return guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter]));
}

/** What is wrong with one adapter: on the platform, then in the guest. */
function adapterTrouble(evidence: Evidence, guest: GuestPlan, adapter: Connected): Trouble | undefined {
  const key = `${guest.team}/${guest.name}`;
  const network = evidence.platform?.get(guest.objectName)?.networks.get(adapter.switchObject);
  if (!network) return { cause: "wrong-switch", what: `${key} is not on ${adapter.switchObject}` };
  const findings = evidence.probed.get(key)?.findings;
  if (!findings || findings.missing.includes("ip")) return undefined;
  if (findings.addresses.some(({ address }) => address === adapter.address)) return undefined;
  const device = [...findings.links].find(([, mac]) => mac === network.mac)?.[0];
  const there = findings.addresses.filter((own) => own.device === device).map(({ address }) => address);
  return there.length > 0
    ? { cause: "wrong-address", what: `${key} has ${there.join(", ")} instead of ${adapter.address}` }
    : { cause: "no-address", what: `${key} has no address there` };
}

function containerTrouble(evidence: Evidence, check: Check, guest: GuestPlan): Trouble | undefined {
  const contents = evidence.probed.get(`${guest.team}/${guest.name}`)?.findings.contents;
  if (contents === undefined) return undefined;
  if (typeof contents === "string") return { cause: "docker-silent", what: contents };
  const stack = guest.docker.find(({ name }) => name === check.stack);
  if (!stack) return undefined;
  const names =
    stack.kind === "nginx-farm"
      ? [`${stack.name}-${check.port}`]
      : stack.kind === "wordpress"
        ? [stack.name, `${stack.name}-database`]
        : [stack.name];
  for (const name of names) {
    const object = contents.objects.find((entry) => entry.kind === "container" && entry.name === name);
    if (!object) return { cause: "container-absent", what: `container ${name} does not exist` };
    if (object.state !== "running")
      return { cause: "container-not-running", what: `container ${name} is ${object.state}` };
  }
  return undefined;
}

/** The adapters that a probe goes over: of its prober, and of its target. */
function way(evidence: Evidence, check: Check): { readonly guest: GuestPlan; readonly adapter: Connected }[] {
  const { from, to, address } = check;
  const target = to?.kind === "guest" ? guestAt(evidence.plan, to.team, to.guest) : undefined;
  const prober = from?.kind === "guest" ? guestAt(evidence.plan, from.team, from.guest) : undefined;
  const aimed = target && connectedOf(target).find((adapter) => adapter.address === address);
  const used = prober
    ? connectedOf(prober).filter((adapter) =>
        aimed
          ? adapter.switchObject === aimed.switchObject
          : to?.kind === "host"
            ? adapter.gateway === address
            : adapter.mode === check.mode,
      )
    : [];
  return [
    ...(target && aimed ? [{ guest: target, adapter: aimed }] : []),
    ...(prober ? used.map((adapter) => ({ guest: prober, adapter })) : []),
  ];
}

/** What is wrong with the adapters that a probe goes over. */
export function wayTrouble(evidence: Evidence, check: Check): Trouble | undefined {
  for (const { guest, adapter } of way(evidence, check)) {
    const trouble = adapterTrouble(evidence, guest, adapter);
    if (trouble) return trouble;
  }
  return undefined;
}

function routeTrouble(evidence: Evidence, check: Check): Trouble | undefined {
  const { from, to } = check;
  if (from?.kind !== "guest" || (to && to.kind !== "internet")) return undefined;
  const guest = guestAt(evidence.plan, from.team, from.guest);
  const findings = evidence.probed.get(vantageKey(from))?.findings;
  if (!guest || !findings || findings.missing.includes("ip")) return undefined;
  const gateways = connectedOf(guest).map((adapter) => adapter.gateway);
  const [first] = findings.routes;
  if (first !== undefined && gateways.includes(first)) return undefined;
  return {
    cause: "gateway-missing",
    what: first ? `its default route is ${first}` : "it has no default route",
  };
}

/** What is wrong with the class's registry as a guest finds it. */
function registryTrouble({ how, what }: ProbeResult, { mirror }: Check): Trouble {
  if (how === "unreachable") return { cause: "registry-untrusted", what };
  if (mirror !== undefined) return { cause: "mirror-silent", what };
  if (how === "content") return { cause: "registry-full", what };
  return { cause: "registry-silent", what };
}

/**
 * Why an expected answer did not come: one cause. The platform is asked first, the guests second, and what is left is a port
 * that nobody serves, or something that blocks.
 */
export function diagnose(evidence: Evidence, check: Check, result: ProbeResult): Trouble {
  const { to, from, kind } = check;
  const target = to?.kind === "guest" ? guestAt(evidence.plan, to.team, to.guest) : undefined;
  const whole = target && guestTrouble(evidence, target);
  if (whole) return whole;
  if (kind === "nested") {
    const flag =
      from && evidence.probed.get(vantageKey(from))?.findings.results.get(nestedFlagId(vantageKey(from)));
    return { cause: flag?.how === "ok" ? "nested-not-starting" : "nested-hidden", what: result.what };
  }
  if (kind === "shared-folder") return { cause: "folder-not-mounted", what: result.what };
  if (kind === "registry") return registryTrouble(result, check);
  const own = from && to && vantageKey(from) === vantageKey(to);
  const adapters = own ? undefined : wayTrouble(evidence, check);
  if (adapters) return adapters;
  if (kind === "service" && target) {
    const trouble = containerTrouble(evidence, check, target);
    if (trouble) return trouble;
  }
  const { what } = result;
  const fromHost = evidence.probed.get("host")?.findings.results.get("internet/host")?.how;
  // Where this machine reaches nothing outside, an unknown name is no guest's fault.
  if (result.how === "name" && fromHost !== undefined && fromHost !== "ok")
    return { cause: "internet-down", what: `${what}, and this machine does not reach the internet either` };
  if (result.how === "name") return { cause: "name-resolution", what };
  const route = kind === "internet" ? routeTrouble(evidence, check) : undefined;
  if (route) return route;
  if (result.how === "content")
    return { cause: check.protocol === "tcp" ? "ssh-refused" : "wrong-content", what };
  if (result.how === "refused" && kind !== "internet")
    return { cause: check.protocol === "tcp" ? "ssh-refused" : "port-closed", what };
  if (kind === "internet" && fromHost !== "ok")
    return { cause: "internet-down", what: `${what}, and this machine does not reach it either` };
  return { cause: "blocked", what };
}
