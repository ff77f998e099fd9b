import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, checksOf, clientAddress, type InternetProbe } from "../../course/checks";
import type { LabPlan } from "../../course/plan";
import type { PlatformGuest } from "../../operations/platforms/platform";
import { patienceWith } from "../../operations/verify";
import type { Evidence } from "../../operations/verify/evidence";
import { judge } from "../../operations/verify/judge";
import { parseFindings } from "../../operations/verify/probeResults";
import { renderProbes } from "../../operations/verify/probeScript";
import { blockers } from "../../operations/verify/repairs";
import type { VerifyRow } from "../../operations/verify/report";
import { execute } from "../support/cli";
import { contentsLines, toldContainer, toldLists } from "../support/dockerAnswers";
import { planOf } from "./labs";

const PROBE: InternetProbe = {
  names: ["example.test"],
  pages: [{ url: "http://198.51.100.10/", contains: "a+b" }],
};

/** Two teams with a guest on the LAN and one inside. */
const plan = planOf("lab", {
  teams: 2,
  switches: [
    { name: "lan", mode: "bridged" },
    { name: "inner", mode: "internal" },
  ],
  guests: [
    { name: "web", adapters: [{ switch: "lan" }], docker: [{ kind: "nginx" }, { kind: "wordpress" }] },
    { name: "in", adapters: [{ switch: "inner" }] },
  ],
});
const checks = checksOf(plan, PROBE);

function check(id: string): Check {
  const found = checks.find((entry) => entry.id === id);
  if (!found) throw new Error(`no check ${id}; there are ${checks.map((entry) => entry.id).join(" ")}`);
  return found;
}

const WEB_1 = "192.168.99.10";
const IN_1 = "192.168.100.10";

function guestOf(lab: LabPlan, name: string, change: Partial<PlatformGuest> = {}): [string, PlatformGuest] {
  const guest = lab.teams.flatMap((team) => team.guests).find((entry) => entry.objectName === name);
  const adapters = guest?.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter])) ?? [];
  return [
    name,
    {
      state: "running",
      age: 600,
      image: "sha256:0",
      networks: new Map(
        adapters.map((own) => [own.switchObject, { address: own.address, mac: "02:42:00:00:00:01" }]),
      ),
      published: new Map(),
      mark: undefined,
      ...change,
    },
  ];
}

const lines = (text: string) =>
  text.split("\n").map((line) => ({ text: line.replaceAll("|", "\t"), seconds: 0.5 }));

/** What a prober told, in lines with | for tabs. */
const told = (text: string) => ({ findings: parseFindings(lines(`${text}\nend`)) });

const facts = (address: string, gateway = "") =>
  `address|lo|127.0.0.1/8\naddress|eth0|${address}/24\nlink|eth0|02:42:00:00:00:01\n${gateway ? `route|${gateway}\n` : ""}`;

function evidence(
  probed: Record<string, string>,
  change: Partial<Evidence> & { readonly guests?: readonly [string, PlatformGuest][] } = {},
): Evidence {
  const { guests = [], ...rest } = change;
  const names = ["lab-team-01-web", "lab-team-01-in", "lab-team-02-web", "lab-team-02-in"];
  return {
    plan,
    platform: new Map([...names.map((name) => guestOf(plan, name)), ...guests]),
    probed: new Map(Object.entries(probed).map(([key, text]) => [key, told(text)])),
    notStarted: new Map(),
    logins: new Map(),
    opened: new Map(),
    ...rest,
  };
}

const REACH = `reach/team-01/web>host@192.168.99.1/icmp`;
const FORBIDDEN = `reach/team-01/in>team-01/web@${WEB_1}/icmp`;

describe("the checks of a lab", () => {
  test("every id is there once", () => {
    const ids = checks.map(({ id }) => id);
    expect(ids.length).toBe(new Set(ids).size);
  });

  test("every pair of guests is measured in both directions, by ping and by SSH", () => {
    const pairs = checks.filter(
      ({ kind, from, to }) => kind === "reach" && from?.kind === "guest" && to?.kind === "guest",
    );
    expect(pairs.length).toBe(4 * 3 * 2);
  });

  test("the client PC's stand-in has the last free address of the LAN", () => {
    expect(clientAddress(plan)).toBe("192.168.99.254");
  });

  test("nothing of the internet is tried where the configuration says none", () => {
    expect(checksOf(plan, undefined).filter(({ kind }) => kind === "internet" || kind === "names")).toEqual(
      [],
    );
  });

  test("what a page must hold is a text, not a pattern", () => {
    expect(check("internet/team-01/web").pages).toEqual([{ url: "http://198.51.100.10/", pattern: "a\\+b" }]);
  });
});

describe("the judge", () => {
  test("a yes that answered is as expected", () => {
    const verdict = judge(evidence({ "team-01/web": `result|${REACH}|ok|answered in 0.1 ms` }), check(REACH));
    expect(verdict).toEqual({ outcome: "as-expected", measured: "answered in 0.1 ms", seconds: 0.5 });
  });

  test("a yes without an answer is blocked where nothing else explains it", () => {
    const found = evidence({ "team-01/web": `${facts(WEB_1)}result|${REACH}|silent|no answer` });
    expect(judge(found, check(REACH))).toMatchObject({ outcome: "not-as-expected", cause: "blocked" });
  });

  test("a no is proved only where the prober sends and the target answers", () => {
    const self = "result|self/team-01/in@127.0.0.1/icmp|ok|answered";
    const silent = `result|${FORBIDDEN}|silent|no answer`;
    const answers = `result|reach/team-02/web>team-01/web@${WEB_1}/icmp|ok|answered`;
    const both = evidence({ "team-01/in": `${self}\n${silent}`, "team-02/web": answers });
    expect(judge(both, check(FORBIDDEN))).toMatchObject({
      outcome: "as-expected",
      control: "the prober answers itself; team-02/web reached it there",
    });
    const unsent = evidence({ "team-01/in": silent, "team-02/web": answers });
    expect(judge(unsent, check(FORBIDDEN))).toMatchObject({
      outcome: "not-measured",
      cause: "control-failed",
    });
    const unanswered = evidence({ "team-01/in": `${self}\n${silent}`, "team-01/web": facts(WEB_1) });
    expect(judge(unanswered, check(FORBIDDEN))).toMatchObject({
      outcome: "not-measured",
      cause: "control-failed",
    });
  });

  test.each([
    ["ok", "leak"],
    ["refused", "leak"],
  ])("a no by TCP that ended with %s is a %s", (how, cause) => {
    const id = `reach/team-01/in>team-01/web@${WEB_1}/tcp`;
    const found = evidence({ "team-01/in": `result|${id}|${how}|words` });
    expect(judge(found, check(id))).toMatchObject({ outcome: "not-as-expected", cause });
  });

  test("something that takes a connection and does not greet is not the guest", () => {
    const id = `reach/team-01/in>team-01/web@${WEB_1}/tcp`;
    const found = evidence({
      "team-01/in": `result|self/team-01/in@127.0.0.1/icmp|ok|answered\nresult|${id}|content|connected, but no greeting`,
      "team-01/web": `result|self/team-01/web@${WEB_1}/tcp|ok|SSH-2.0-OpenSSH`,
    });
    expect(judge(found, check(id))).toMatchObject({
      outcome: "as-expected",
      control: "the prober answers itself; it answers itself there",
    });
  });

  test.each([
    ["exited", "guest-not-running"],
    ["paused", "guest-paused"],
  ])("a guest that is %s: its own row, what aims at it, and what it would have measured", (state, cause) => {
    const found = evidence(
      { "team-02/web": `result|reach/team-02/web>team-01/web@${WEB_1}/icmp|silent|no answer` },
      { guests: [guestOf(plan, "lab-team-01-web", { state })] },
    );
    expect(judge(found, check("guest/team-01/web"))).toMatchObject({ outcome: "not-as-expected", cause });
    expect(judge(found, check(`reach/team-02/web>team-01/web@${WEB_1}/icmp`))).toMatchObject({
      outcome: "not-as-expected",
      cause,
    });
    expect(judge(found, check(REACH))).toMatchObject({ outcome: "not-measured", cause });
  });

  test("the platform that does not answer leaves everything unmeasured", () => {
    const found = evidence({}, { platform: undefined, cut: "platform-silent" });
    for (const entry of checks)
      expect(judge(found, entry)).toMatchObject({ outcome: "not-measured", cause: "platform-silent" });
  });

  test("what an interrupted run did not come to is not measured", () => {
    const found = evidence({}, { cut: "interrupted" });
    expect(judge(found, check(REACH))).toMatchObject({ outcome: "not-measured", cause: "interrupted" });
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["its address", facts(WEB_1), { outcome: "as-expected" }],
    ["another address", facts("192.168.99.77"), { outcome: "not-as-expected", cause: "wrong-address" }],
    ["no address", "link|eth0|02:42:00:00:00:01\n", { outcome: "not-as-expected", cause: "no-address" }],
    [
      "another MAC",
      facts(WEB_1).replace("02:42:00:00:00:01", "02:42:00:00:00:99"),
      { outcome: "not-as-expected", cause: "wrong-mac" },
    ],
    ["ip missing", "missing|ip\n", { outcome: "not-measured", cause: "prober-missing" }],
  ])("an adapter with %s", (_what, text, expected) => {
    expect(judge(evidence({ "team-01/web": text }), check("adapter/team-01/web/1"))).toMatchObject(expected);
  });

  test("an adapter on another switch is one finding, one on a further network another", () => {
    const lan = { address: WEB_1, mac: "02:42:00:00:00:01" };
    const moved = evidence(
      { "team-01/web": facts(WEB_1) },
      { guests: [guestOf(plan, "lab-team-01-web", { networks: new Map([["other", lan]]) })] },
    );
    expect(judge(moved, check("adapter/team-01/web/1"))).toMatchObject({ cause: "wrong-switch" });
    expect(judge(moved, check("adapter/team-01/web/only"))).toMatchObject({ outcome: "as-expected" });
    const more = evidence(
      { "team-01/web": facts(WEB_1) },
      {
        guests: [
          guestOf(plan, "lab-team-01-web", {
            networks: new Map([
              ["lab-lan", lan],
              ["other", lan],
            ]),
          }),
        ],
      },
    );
    expect(judge(more, check("adapter/team-01/web/only"))).toMatchObject({ cause: "extra-adapter" });
  });

  test("a missing default route explains the missing internet", () => {
    const found = evidence({ "team-01/web": `${facts(WEB_1)}result|internet/team-01/web|silent|no answer` });
    expect(judge(found, check("route/team-01/web"))).toMatchObject({ cause: "gateway-missing" });
    expect(judge(found, check("internet/team-01/web"))).toMatchObject({ cause: "gateway-missing" });
  });

  test("an internet that this machine does not reach either is not the lab's fault", () => {
    const text = `${facts(WEB_1, "192.168.99.1")}result|internet/team-01/web|silent|no answer`;
    expect(judge(evidence({ "team-01/web": text }), check("internet/team-01/web"))).toMatchObject({
      cause: "internet-down",
    });
    const reached = evidence({ "team-01/web": text, host: "result|internet/host|ok|HTTP 200" });
    expect(judge(reached, check("internet/team-01/web"))).toMatchObject({ cause: "blocked" });
  });

  test("a name that nobody can resolve because nothing outside is reached is no guest's fault: a restart would take what runs in it for nothing", () => {
    const text = `${facts(WEB_1, "192.168.99.1")}result|names/team-01/web/example.test|name|cannot be resolved`;
    const seen = (how: string) =>
      evidence({ "team-01/web": text, host: `result|internet/host|${how}|words` });
    const id = "names/team-01/web/example.test";
    expect(judge(seen("name"), check(id))).toMatchObject({ cause: "internet-down" });
    expect(judge(seen("ok"), check(id))).toMatchObject({ cause: "name-resolution" });
    // Where the machine itself was not asked, nothing clears the guest.
    expect(judge(evidence({ "team-01/web": text }), check(id))).toMatchObject({ cause: "name-resolution" });
  });

  test("a service whose container is stopped, and one with another page", () => {
    const id = "service/team-01/web/nginx:8080/team-01/web";
    const json = (state: string) =>
      contentsLines({ containers: { nginx: { state } } })
        .map((line) => `docker|${line}\n`)
        .join("");
    const stopped = evidence({ "team-01/web": `${json("exited")}result|${id}|refused|no` });
    expect(judge(stopped, check(id))).toMatchObject({ cause: "container-not-running" });
    const other = evidence({ "team-01/web": `${json("running")}result|${id}|content|HTTP 200` });
    expect(judge(other, check(id))).toMatchObject({ cause: "wrong-content" });
    const closed = evidence({ "team-01/web": `${json("running")}result|${id}|refused|no` });
    expect(judge(closed, check(id))).toMatchObject({ cause: "port-closed" });
  });

  test("a Docker Engine that is silent: booting while the guest is young", () => {
    const silent = { "team-01/web": "docker|its Docker Engine did not answer within 3 s" };
    expect(judge(evidence(silent), check("docker/team-01/web"))).toMatchObject({ cause: "docker-silent" });
    const young = evidence(silent, { guests: [guestOf(plan, "lab-team-01-web", { age: 5 })] });
    expect(judge(young, check("docker/team-01/web"))).toMatchObject({ cause: "guest-booting" });
    expect(judge(young, check("images/team-01/web"))).toMatchObject({ outcome: "not-measured" });
  });

  test("a login that is denied, a server that is silent, and a key that is not here", () => {
    const id = "ssh/team-01/web";
    const greets = { "team-01/web": "result|self/team-01/web@127.0.0.1/tcp|ok|SSH-2.0-OpenSSH" };
    const denied = { how: "refused", what: "Permission denied (publickey).", seconds: 1 } as const;
    const logins = new Map([["team-01/web", denied]]);
    expect(judge(evidence(greets, { logins }), check(id))).toMatchObject({ cause: "key-denied" });
    const mute = { "team-01/web": "result|self/team-01/web@127.0.0.1/tcp|refused|Connection refused" };
    expect(judge(evidence(mute, { logins }), check(id))).toMatchObject({ cause: "ssh-refused" });
    expect(judge(evidence(greets), check(id))).toMatchObject({
      outcome: "as-expected",
      measured: "SSH-2.0-OpenSSH (the team's key is not on this machine)",
    });
  });

  test("an internal switch's gateway is nobody: the host says so itself", () => {
    const id = `reach/team-01/in>host@192.168.100.1/icmp`;
    const found = evidence({
      "team-01/in": `${facts(IN_1)}result|self/team-01/in@127.0.0.1/icmp|ok|answered\nresult|${id}|silent|no answer`,
      host: "address|eth0|192.0.2.2/24",
    });
    expect(judge(found, check(id))).toMatchObject({
      outcome: "as-expected",
      control: "the prober answers itself; the host has no address on this network",
    });
  });
});

test("blocked rows are explained by as few guests as possible", () => {
  const row = (from: string, to: string): VerifyRow => {
    const at = (guest: string) => ({ kind: "guest", team: "t", guest }) as const;
    return {
      id: `${from}${to}`,
      kind: "reach",
      team: "t",
      title: "",
      from: at(from),
      to: at(to),
      exercises: [],
      expected: true,
      rule: "",
      outcome: "not-as-expected",
      measured: "",
      cause: "blocked",
      seconds: 0,
    };
  };
  expect(blockers([row("a", "b"), row("c", "b"), row("d", "b")])).toEqual(["t/b"]);
  expect(blockers([row("a", "b"), row("a", "c"), row("d", "e")]).length).toBe(2);
  expect(blockers([])).toEqual([]);
});

test("the script of the probers runs in a plain shell and tells its results in lines", async () => {
  const some: Check[] = [
    { ...check(REACH), id: "http", protocol: "http", pages: [{ url: "http://127.0.0.1:9/", pattern: "x" }] },
    { ...check(REACH), id: "tcp", protocol: "tcp", address: "127.0.0.1", port: 9 },
    { ...check(REACH), id: "dns", protocol: "dns", name: "localhost" },
  ];
  const { stdout, stderr } = await execute("sh", ["-s"], { stdin: renderProbes(some, [], false) });
  const found = parseFindings(lines(stdout.replaceAll("|", "/")));
  expect(stderr).toBe("");
  expect(found.ended).toBe(true);
  expect(Object.fromEntries([...found.results].map(([id, { how }]) => [id, how]))).toEqual({
    http: "refused",
    tcp: "refused",
    dns: "ok",
  });
});

test("what a guest's Docker holds arrives in whole lines, whatever is measured in the same moment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-probes-"));
  const program = (name: string, script: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  // Sixty containers, each longer than what is written at once, told one after the other while forty pings answer.
  const containers = Array.from({ length: 60 }, (_, index) =>
    toldContainer(`c${index}`, { id: "a".repeat(64), labels: { long: "0".repeat(5000) } }),
  );
  const lists = [[{ Id: "a".repeat(64) }], ...toldLists({})].map((answer) => JSON.stringify(answer));
  writeFileSync(join(folder, "lists"), `${lists.join("\n")}\n`);
  writeFileSync(join(folder, "containers"), containers.map((told) => `${JSON.stringify(told)}\n`).join(""));
  program(
    "curl",
    `case "$*" in *all=1*) exec cat ${folder}/lists ;; esac
while read -r line; do printf '%s\\n' "$line"; sleep 0.01; done < ${folder}/containers`,
  );
  program("ping", `for last; do :; done; sleep "0.\${last##*.}"; echo "time=1 ms"`);
  try {
    const pings = Array.from({ length: 40 }, (_, index): Check => {
      const address = `127.0.0.${index + 11}`;
      return { ...check(REACH), id: `ping-${index}`, protocol: "icmp", address };
    });
    const { stdout } = await execute("sh", ["-s"], {
      stdin: renderProbes(pings, [], true),
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
    const found = parseFindings(stdout.split("\n").map((text) => ({ text, seconds: 0 })));
    expect(found.results.size).toBe(40);
    expect(typeof found.contents === "object" && found.contents.objects.length).toBe(60);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);

test("emulated guests may take longer, the more so the more of them share a processor; others may not", () => {
  const emulated = { emulated: true };
  expect(patienceWith([], 2)).toBe(1);
  expect(patienceWith([{}, {}, {}], 2)).toBe(1);
  expect(patienceWith([emulated, {}], 2)).toBe(6);
  expect(patienceWith([emulated, emulated], 2)).toBe(6);
  expect(patienceWith([emulated, emulated, emulated], 2)).toBe(12);
  expect(patienceWith(Array(4).fill(emulated), 1)).toBe(24);
});
