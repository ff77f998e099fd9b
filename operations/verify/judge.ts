import { type Check, vantageKey, vantageWords } from "../../course/checks";
import type { Edition } from "../../course/editions";
import { imageNames } from "../../course/images";
import { readMark } from "../../course/mark";
import type { AdapterPlan, GuestPlan } from "../../course/plan";
import type { Vantage } from "../../course/reachability";
import { VERIFY_CAUSES, type VerifyCause } from "../../course/verifyCauses";
import type { PlatformGuest } from "../platforms/platform";
import { diagnose, guestTrouble, type Trouble, wayTrouble } from "./diagnosis";
import { type Evidence, guestAt } from "./evidence";
import type { ProbeResult } from "./probeResults";
import { type Probed, selfId } from "./probers";
import type { VerifyRow } from "./report";

/** What a check came to. */
export type Verdict = Pick<VerifyRow, "outcome" | "measured" | "seconds"> &
  Partial<Pick<VerifyRow, "cause" | "control" | "next">>;

const good = (measured: string, seconds: number, control?: string): Verdict => ({
  outcome: "as-expected",
  measured,
  seconds,
  ...(control === undefined ? {} : { control }),
});

function bad(outcome: "not-as-expected" | "not-measured", trouble: Trouble, seconds = 0): Verdict {
  return {
    outcome,
    measured: trouble.what,
    cause: trouble.cause,
    next: VERIFY_CAUSES[trouble.cause].next,
    seconds,
  };
}

/** Why nothing can be measured from a vantage point; undefined when it can. */
function proberTrouble(evidence: Evidence, from: Vantage): Trouble | undefined {
  const key = vantageKey(from);
  if (from.kind === "guest") {
    const guest = guestAt(evidence.plan, from.team, from.guest);
    const trouble = guest && guestTrouble(evidence, guest);
    if (trouble) return trouble;
  }
  const probed = evidence.probed.get(key);
  if (!probed) {
    if (evidence.cut) return { cause: evidence.cut, what: VERIFY_CAUSES[evidence.cut].what };
    return {
      cause: "control-failed",
      what: `nothing could be sent from ${vantageWords(from)}: ${evidence.notStarted.get(key) ?? "its prober did not start"}`,
    };
  }
  return undefined;
}

const TOOLS = { icmp: "ping", tcp: "perl", http: "curl", dns: "getent" } as const;

/** A result that was not told: the tool is missing, or the prober ended before. */
function untold(evidence: Evidence, check: Check, probed: Probed): Trouble {
  const tool = check.protocol && TOOLS[check.protocol];
  if (tool && probed.findings.missing.includes(tool))
    return {
      cause: "prober-missing",
      what: `${tool} is missing on ${vantageWords(check.from ?? { kind: "host" })}`,
    };
  if (evidence.cut) return { cause: evidence.cut, what: VERIFY_CAUSES[evidence.cut].what };
  return { cause: "channel-silent", what: probed.failure ?? "the prober told nothing of it" };
}

/** What proves that a prober sends at all: something it reached, its own loopback at least. */
function senderControl(check: Check, probed: Probed): string | undefined {
  const { findings } = probed;
  const own = check.from ? selfId(vantageKey(check.from), "127.0.0.1") : "";
  const others = [...findings.results].filter(
    ([id, result]) => result.how === "ok" && !id.startsWith("self/") && id.endsWith(`/${check.protocol}`),
  );
  const [other] = others;
  if (other) return `the same prober got through: ${titleOf(other[0])}`;
  const itself = [check.protocol, "icmp"].some(
    (protocol) => findings.results.get(`${own}/${protocol}`)?.how === "ok",
  );
  return itself || check.protocol === "http" ? "the prober answers itself" : undefined;
}

function titleOf(id: string): string {
  return id
    .replace(/^reach\//, "")
    .replace(/\/(icmp|tcp)$/, "")
    .replace(">", " to ");
}

/** What proves that the target answers somebody. */
function targetControl(evidence: Evidence, check: Check): string | undefined {
  const { to, address, protocol, from } = check;
  if (!to) return undefined;
  if (to.kind === "internet") {
    const id = [...evidence.probed].find(
      ([key, { findings }]) => findings.results.get(`internet/${key}`)?.how === "ok",
    )?.[0];
    return id === undefined ? undefined : `${id === "host" ? "the host" : id} opened the same page`;
  }
  const key = vantageKey(to);
  for (const [prober, { findings }] of evidence.probed) {
    if (from && prober === vantageKey(from)) continue;
    const result = findings.results.get(`reach/${prober}>${key}@${address}/${protocol}`);
    if (result?.how === "ok") return `${prober} reached it there`;
  }
  const target = evidence.probed.get(key)?.findings;
  if (target?.results.get(`${selfId(key, address ?? "")}/${protocol}`)?.how === "ok")
    return "it answers itself there";
  if (to.kind === "host" && target && !target.addresses.some((own) => own.address === address))
    return "the host has no address on this network";
  if (to.kind === "host" && target) return "the host has the address";
  return undefined;
}

/** Why a no proves nothing: by what the silent end says of itself, where it is a guest. */
function controlTrouble(evidence: Evidence, check: Check, silent: boolean, result: ProbeResult): Trouble {
  const end = silent ? check.from : check.to;
  const key = end && vantageKey(end);
  const address = silent ? "127.0.0.1" : (check.address ?? "");
  const own =
    key === undefined
      ? undefined
      : evidence.probed.get(key)?.findings.results.get(`${selfId(key, address)}/${check.protocol}`);
  const who = end ? vantageWords(end) : "the target";
  const lacking = silent ? `${who} reached nothing at all` : `nobody reached ${who} there`;
  const adapter = wayTrouble(evidence, check);
  if (adapter) return { ...adapter, what: `${adapter.what}: a no proves nothing` };
  const cause = own?.how === "refused" ? "ssh-refused" : own?.how === "silent" ? "blocked" : "control-failed";
  return { cause, what: `${result.what}, but ${lacking}` };
}

function judgeProbe(evidence: Evidence, check: Check, from: Vantage): Verdict {
  const trouble = proberTrouble(evidence, from);
  const probed = evidence.probed.get(vantageKey(from));
  const result = evidence.opened.get(check.id) ?? probed?.findings.results.get(check.id);
  if (!result) {
    if (trouble) return bad("not-measured", trouble);
    return bad(
      "not-measured",
      probed ? untold(evidence, check, probed) : { cause: "control-failed", what: "no prober" },
    );
  }
  const { seconds } = result;
  if (check.expected) {
    if (result.how === "ok") return good(result.what, seconds);
    return bad("not-as-expected", diagnose(evidence, check, result), seconds);
  }
  // Any answer came from there, a refused connection too; curl says the same of one and of a way that is missing. Something
  // that takes connections and does not greet is not the guest, whose SSH server greets: proxies on the way do that.
  const answers = check.protocol === "tcp" ? ["ok", "refused"] : ["ok", "content"];
  if (answers.includes(result.how))
    return bad(
      "not-as-expected",
      { cause: "leak", what: `${result.what}: ${VERIFY_CAUSES.leak.what}` },
      seconds,
    );
  const target =
    check.to?.kind === "guest" ? guestAt(evidence.plan, check.to.team, check.to.guest) : undefined;
  const absent = target && guestTrouble(evidence, target);
  if (absent) return bad("not-measured", { ...absent, what: `${absent.what}: a no proves nothing` }, seconds);
  const sent = probed && senderControl(check, probed);
  const known = targetControl(evidence, check);
  if (sent && known) return good(result.what, seconds, `${sent}; ${known}`);
  return bad("not-measured", controlTrouble(evidence, check, sent === undefined, result), seconds);
}

/** What is judged by what the guest or the platform told, not by a probe. */
function judgeTold(evidence: Evidence, check: Check, guest: GuestPlan): Verdict {
  const trouble = guestTrouble(evidence, guest);
  if (check.kind === "guest") {
    return trouble
      ? bad(trouble.cause in MEASURABLE ? "not-measured" : "not-as-expected", trouble)
      : good("it runs and answers over its channel", 0);
  }
  if (trouble) return bad("not-measured", trouble);
  const key = `${guest.team}/${guest.name}`;
  const findings = evidence.probed.get(key)?.findings;
  const seen = evidence.platform?.get(guest.objectName);
  if (!findings || !seen)
    return bad("not-measured", { cause: "channel-silent", what: "the guest told nothing" });
  switch (check.kind) {
    case "adapter":
      return judgeAdapter(check, guest, findings, seen);
    case "route":
      return judgeRoute(check, findings);
    case "ssh":
      return judgeLogin(evidence, key, findings);
    default:
      return judgeContents(check, findings.contents, seen, evidence.plan.edition);
  }
}

/** Causes of a guest's own row that are no statement about the guest. */
const MEASURABLE: Partial<Record<VerifyCause, true>> = {
  "platform-silent": true,
  interrupted: true,
  "timed-out": true,
};

type Findings = Probed["findings"];
type Connected = Exclude<AdapterPlan, { mode: "disabled" }>;

const connectedOf = (guest: GuestPlan): Connected[] =>
  guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter]));

function judgeAdapter(check: Check, guest: GuestPlan, findings: Findings, seen: PlatformGuest): Verdict {
  if (findings.missing.includes("ip"))
    return bad("not-measured", { cause: "prober-missing", what: "ip is missing in the guest" });
  const planned = connectedOf(guest);
  const adapter = check.adapter === undefined ? undefined : guest.adapters[check.adapter];
  if (!adapter || adapter.mode === "disabled") {
    const extra = [...seen.networks.keys()].filter(
      (name) => !planned.some((own) => own.switchObject === name),
    );
    const lacking = planned.some((own) => !seen.networks.has(own.switchObject));
    // On another switch instead of its own is one finding, not two.
    if (extra.length > 0 && !lacking)
      return bad("not-as-expected", { cause: "extra-adapter", what: `it is also on ${extra.join(", ")}` });
    return good(`${seen.networks.size} network(s), as planned`, 0);
  }
  const network = seen.networks.get(adapter.switchObject);
  if (!network) {
    const others = [...seen.networks.keys()].join(", ") || "no network";
    return bad("not-as-expected", {
      cause: "wrong-switch",
      what: `it is on ${others}, not on ${adapter.switchObject}`,
    });
  }
  const own = findings.addresses.find(({ address }) => address === adapter.address);
  if (network.address !== undefined && network.address !== adapter.address)
    return bad("not-as-expected", {
      cause: "wrong-address",
      what: `the platform gave it ${network.address || "no address"}`,
    });
  if (!own) {
    const device = [...findings.links].find(([, mac]) => mac === network.mac)?.[0];
    const there = findings.addresses.filter((entry) => entry.device === device).map(({ address }) => address);
    return bad(
      "not-as-expected",
      there.length > 0
        ? { cause: "wrong-address", what: `in the guest it has ${there.join(", ")}` }
        : { cause: "no-address", what: "in the guest it has no address" },
    );
  }
  const mac = findings.links.get(own.device);
  if (mac !== network.mac)
    return bad("not-as-expected", {
      cause: "wrong-mac",
      what: `in the guest ${mac ?? "none"}, on the platform ${network.mac}`,
    });
  return good(`${adapter.address}, ${mac}, device ${own.device}`, 0);
}

function judgeRoute(check: Check, findings: Findings): Verdict {
  if (findings.missing.includes("ip"))
    return bad("not-measured", { cause: "prober-missing", what: "ip is missing in the guest" });
  const [first] = findings.routes;
  if (first === check.address) return good(`default route via ${first}`, 0);
  return bad("not-as-expected", {
    cause: "gateway-missing",
    what: first ? `default route via ${first}` : "no default route",
  });
}

function judgeLogin(evidence: Evidence, key: string, findings: Findings): Verdict {
  const login = evidence.logins.get(key);
  if (login?.how === "ok") return good(login.what, login.seconds);
  const greeting = findings.results.get(`${selfId(key, "127.0.0.1")}/tcp`);
  if (greeting && greeting.how !== "ok")
    return bad("not-as-expected", { cause: "ssh-refused", what: greeting.what }, greeting.seconds);
  if (login) {
    const denied = /permission denied|publickey/i.test(login.what);
    return bad(
      "not-as-expected",
      { cause: denied ? "key-denied" : "ssh-refused", what: login.what },
      login.seconds,
    );
  }
  if (evidence.cut)
    return bad("not-measured", { cause: evidence.cut, what: VERIFY_CAUSES[evidence.cut].what });
  // A lab that was made elsewhere or by hand: its key is not here, and the greeting is all that can be had.
  if (greeting) return good(`${greeting.what} (the team's key is not on this machine)`, greeting.seconds);
  return bad("not-measured", { cause: "prober-missing", what: "perl is missing in the guest" });
}

/** Younger guests are still starting what they start with. */
const BOOT_SECONDS = 60;

function judgeContents(
  check: Check,
  contents: Findings["contents"],
  seen: PlatformGuest,
  edition: Edition,
): Verdict {
  if (contents === undefined || typeof contents === "string") {
    const cause = seen.age < BOOT_SECONDS ? "guest-booting" : "docker-silent";
    const outcome = check.kind === "docker" ? "not-as-expected" : "not-measured";
    return bad(outcome, { cause, what: contents ?? VERIFY_CAUSES[cause].what });
  }
  if (check.kind === "docker")
    return good(`${contents.objects.filter(({ kind }) => kind === "container").length} container(s)`, 0);
  if (check.kind === "images") {
    const wanted = imageNames(edition);
    const missing = wanted.flatMap(({ tags }) => tags.filter((tag) => !contents.images.includes(tag)));
    return missing.length === 0
      ? good(`${wanted.length} course images`, 0)
      : bad("not-as-expected", { cause: "image-absent", what: `${missing.join(", ")} missing` });
  }
  if (check.kind === "left-over") {
    const others = contents.objects.filter(
      ({ kind, name, labels }) =>
        kind === "container" && readMark(labels) !== undefined && !check.objects?.includes(name),
    );
    return others.length === 0
      ? good("none", 0)
      : bad("not-as-expected", {
          cause: "other-state",
          what: `container ${others.map(({ name }) => name).join(", ")}`,
        });
  }
  const kind = check.kind === "volume" ? "volume" : "container";
  for (const name of check.objects ?? []) {
    const object = contents.objects.find((entry) => entry.kind === kind && entry.name === name);
    if (!object)
      return bad("not-as-expected", {
        cause: kind === "volume" ? "volume-absent" : "container-absent",
        what: `${kind} ${name} does not exist`,
      });
    if (kind === "container" && object.state !== "running")
      return bad("not-as-expected", {
        cause: "container-not-running",
        what: `container ${name} is ${object.state}`,
      });
  }
  return good(`${kind} ${(check.objects ?? []).join(", ")} is there`, 0);
}

/** Judges one check by the evidence: pure. */
export function judge(evidence: Evidence, check: Check): Verdict {
  if (check.from) return judgeProbe(evidence, check, check.from);
  const guest = guestAt(evidence.plan, check.team, check.guest);
  if (!guest) throw new Error(`check ${check.id} has no guest`);
  return judgeTold(evidence, check, guest);
}
