import { createColors } from "picocolors";
import stringWidth from "string-width";
import { accessOf, type GuestAccess, type ServiceAccess } from "../course/access";
import { formatFaults } from "../course/faults";
import type { ImageSet } from "../course/images";
import { isJumpHost } from "../course/learnerAccess";
import type { LabPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import type { DownReport } from "../operations/down";
import type { Drift } from "../operations/drift";
import type { PlannedStep } from "../operations/engine";
import type { LabImages } from "../operations/labImages";
import { registryAccess } from "../operations/registryAccess";
import type { RotateReport } from "../operations/rotate";
import type { RegistryRotation } from "../operations/rotateRegistry";
import type { ServiceCheck } from "../operations/services";
import { sshAlias, sshConfigPath } from "../operations/sshConfig";
import type { StatusReport } from "../operations/status";
import type { UpReport } from "../operations/up";
import { sshLine } from "./sshLine";

/** Colours, only where somebody looks: a log of CI or a pipe gets plain text. */
export const colours = createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);

/** Version of every JSON document the command line prints. */
export const SCHEMA_VERSION = 1;

/** Said at `up` and in the README: what containers as guests are not. */
export const CONTAINERS_NOTE =
  "Containers stand in for guests: for rehearsal and for trying a course. They separate networks, not hostile users.";

interface Row {
  readonly name: string;
  readonly text: string;
}

/** Services with neighbouring ports on one line: `http://…:8001/ … 8010/ (10)`. */
function serviceRows(services: readonly (ServiceAccess | ServiceCheck)[]): Row[] {
  const stacks = [...new Set(services.map((service) => service.stack))];
  return stacks.map((stack) => {
    const own = services.filter((service) => service.stack === stack);
    const first = own[0]?.url ?? "";
    const last = own.at(-1)?.url ?? "";
    const bad = own.filter((service): service is ServiceCheck => "ok" in service && !service.ok);
    const text = own.length === 1 ? first : `${first} … ${last} (${own.length})`;
    return {
      name: stack,
      text: bad[0] ? `${text}  ${colours.red(`no: ${bad[0].url} ${bad[0].answer}`)}` : text,
    };
  });
}

/** The command that logs in to a guest, as typed in the folder the user is in. */
export function sshCommand(plan: LabPlan, guest: { readonly name: string; readonly team: string }): string {
  return sshLine(sshConfigPath(plan.lab), sshAlias(plan, guest));
}

function table(rows: readonly Row[], indent: string): string {
  const width = Math.max(0, ...rows.map((row) => stringWidth(row.name)));
  return rows
    .map(({ name, text }) => `${indent}${name}${" ".repeat(width - stringWidth(name))}  ${text}`)
    .join("\n");
}

/** The words of what a guest offers. */
export interface AccessWords {
  readonly address: string;
  readonly none: string;
  readonly fromHere: string;
  readonly console: string;
  readonly unreached: string;
}

/** The same in English. */
export const ACCESS_EN: AccessWords = {
  address: "address",
  none: "none (adapters disconnected)",
  fromHere: "from here",
  console: "console",
  unreached: "not reached: the adapters' modes do not let this machine in",
};

/** What a guest offers: its address, how to log in, what to open. */
export function guestBlock(
  title: string,
  access: GuestAccess,
  services: readonly ServiceAccess[],
  ssh: string,
  words: AccessWords = ACCESS_EN,
): string {
  const rows: Row[] = [
    { name: words.address, text: access.address ?? words.none },
    ...(access.ssh ? [{ name: "SSH", text: ssh }] : []),
    ...(access.address && !access.ssh ? [{ name: words.fromHere, text: words.unreached }] : []),
    ...(access.console ? [{ name: words.console, text: access.console }] : []),
    ...serviceRows(services),
  ];
  return `  ${colours.bold(title)}\n${table(rows, "    ")}`;
}

function images(record: LabRecord): string {
  if (!record.images) return "Images: none; nothing of this lab is made of them.";
  return record.images.source === "registry"
    ? "Images: official, pinned by digest."
    : "Images: stand-ins built from distribution packages (no image registry answered): Debian or Ubuntu content under the course's names.";
}

/** The summary after `up`: what to open. */
export function renderUp(report: UpReport, selection: string): string {
  const { plan } = report;
  const guests = report.guests.map((guest) => {
    const access = accessOf(plan, guest);
    const urls = new Set(access.services.map((service) => service.url));
    return guestBlock(
      `${guest.team}  ${guest.name}`,
      access,
      report.services.filter((service) => urls.has(service.url)),
      sshCommand(plan, guest),
    );
  });
  const failed = report.units.filter((unit) => unit.failed);
  const changes = report.units
    .filter((unit) => !unit.failed)
    .map((unit) => {
      const words = Object.entries(unit.changes).map(([kind, count]) => `${count} ${kind}`);
      return `stack ${unit.stack}: ${words.join(", ")} (${unit.resources} resources)`;
    })
    .join("\n");
  return [
    "",
    colours.bold(failed.length > 0 ? `Lab "${plan.lab}" is not all up` : `Lab "${plan.lab}" is up`),
    ...guests,
    "",
    changes,
    ...renderRegistry(plan),
    ...renderLeft(report.left, selection),
    images(report.record),
    ...(plan.hosts.some(({ target }) => target === "containers") ? [CONTAINERS_NOTE] : []),
    ...(plan.hosts.some(isJumpHost)
      ? [`What learners come in from home by, a folder a team: npx classlab handout ${selection}`]
      : []),
    `Take it down: npx classlab down ${selection}`,
    ...(failed.length > 0 ? [renderFailed(report, selection)] : []),
    "",
  ].join("\n");
}

/** How many teams are up and what became of the others: `5 up, team-04: …`. */
function renderFailed(report: UpReport, selection: string): string {
  const ofTeams = report.plan.units
    .filter(({ kind }) => kind === "team" || kind === "one")
    .map(({ stack }) => stack);
  const teams = report.units.filter((unit) => !unit.failed && ofTeams.includes(unit.stack));
  const failed = report.units.flatMap(({ stack, failed: faults }) =>
    faults ? [colours.red(`${stack.slice(report.plan.lab.length + 1)}: ${formatFaults(faults)}`)] : [],
  );
  return [
    "",
    `${teams.length} up, ${failed.join("\n")}`,
    `Try those again, when the cause is mended: npx classlab up ${selection} --failed`,
  ].join("\n");
}

/** Whether an `up` did what it is for: every service answers, but for those that learners changed. */
export function upSucceeded(report: UpReport): boolean {
  return (
    report.units.every((unit) => !unit.failed) &&
    report.services.every((service) => service.ok || service.changed === true)
  );
}

/** Whether an `up` failed because another run held a stack. */
export function upLocked(report: UpReport): boolean {
  return report.units.some((unit) => unit.failed?.some((fault) => fault.code === "stack-locked"));
}

/** The document of `up --json`. */
export function upJson(report: UpReport): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: upSucceeded(report),
    lab: report.plan.lab,
    access: report.plan.access,
    imageSource: report.record.images?.source ?? null,
    units: report.units,
    guests: report.guests.map((guest) => ({
      team: guest.team,
      guest: guest.name,
      ...accessOf(report.plan, guest),
      sshCommand: sshCommand(report.plan, guest),
    })),
    services: report.services,
    ...(report.plan.registry?.server ? { registry: registryAccess(report.plan) } : {}),
    left: report.left,
  };
}

/** How teams reach the class's own registry. */
function renderRegistry(plan: LabPlan): string[] {
  const access = registryAccess(plan);
  if (!access) return [];
  return [
    "",
    `Registry: docker login ${access.name}`,
    ...access.accounts.map(
      ({ account, passwordFile }) => `  account ${account}, its password in ${passwordFile}`,
    ),
  ];
}

/** The result of `rotate --registry`. */
export function renderRegistryRotation({ done, units }: RegistryRotation): string {
  const failed = units.flatMap((unit) =>
    unit.failed ? [`  ${colours.red(`${unit.stack}: ${formatFaults(unit.failed)}`)}`] : [],
  );
  const end = done
    ? "A new authority signs for the registry, and guests trust it alone. Nobody has to log in again."
    : "Not at its end: guests that were reached trust the old authority as well. Run the command again when the cause is mended.";
  return [...failed, end, ""].join("\n");
}

/** The result of `rotate`. */
export function renderRotate(report: RotateReport): string {
  const bad = report.services.filter((service) => !service.ok);
  return [
    ...report.rotated.map(({ team, secrets }) => `  ${colours.bold(team)}  made anew: ${secrets.join(", ")}`),
    ...bad.map((service) => `  ${colours.red(`no: ${service.url} ${service.answer}`)}`),
    ...report.units.flatMap(({ failed }) => (failed ? [`  ${colours.red(formatFaults(failed))}`] : [])),
    ...(report.rotated.length > 0
      ? ["The old ones are refused from now on; whoever had a copy of a team's key needs the new one."]
      : []),
    "",
  ].join("\n");
}

/** Steps of a preview, a line each. */
export function renderSteps(steps: readonly PlannedStep[]): string[] {
  return steps.map(({ op, urn, type }) => `${op.padEnd(8)} ${type} ${urn.split("::").at(-1)}`);
}

/** The result of `down`. */
export function renderDown(lab: string, selection: string, report: DownReport): string {
  if (report.left.length > 0)
    return `Lab "${lab}" is down, but ${report.left.length} object(s) still stand: npx classlab sweep ${selection}\n`;
  const removed = report.units.reduce((sum, unit) => sum + unit.removed, 0);
  return `Lab "${lab}" is down: ${removed} resource(s) removed, nothing of it stands.\n`;
}

/** Differences as lines: what is so, whose it is, what mends it. */
function driftRows(drift: readonly Drift[]): string {
  return drift
    .map((entry) => {
      const where = entry.team ? `${entry.team}${entry.guest ? `/${entry.guest}` : ""}: ` : "";
      return `  ${entry.kind.padEnd(8)} ${where}${entry.what}`;
    })
    .join("\n");
}

/** What `up` left as learners made it; empty when there is nothing. */
function renderLeft(left: readonly Drift[], selection: string): string[] {
  if (left.length === 0) return [];
  const mendable = left.some((entry) => entry.mend);
  return [
    "",
    "Left as learners made it:",
    driftRows(left),
    ...(mendable ? [`Bring back what is ours of it: npx classlab up ${selection} --repair`] : []),
  ];
}

/** The result of `status`. */
export function renderStatus(report: StatusReport, selection: string): string {
  const host = report.drift.filter((entry) => entry.level === "host");
  const inside = report.drift.filter((entry) => entry.level === "guest");
  return [
    ...report.guests.map((guest) => {
      const rows = serviceRows(guest.services);
      const state = guest.state === "running" ? colours.green(guest.state) : colours.red(guest.state);
      return `  ${colours.bold(`${guest.team}  ${guest.guest}`)}  ${state}${rows.length > 0 ? `\n${table(rows, "    ")}` : ""}`;
    }),
    ...(host.length > 0 ? ["", `To be made again by npx classlab up ${selection}:`, driftRows(host)] : []),
    ...(inside.length > 0 ? ["", "Changed inside guests (learners' work):", driftRows(inside)] : []),
    ...(inside.some((entry) => entry.mend)
      ? [`Bring back what is ours of it: npx classlab up ${selection} --repair`]
      : []),
    ...(report.unfinished.length > 0
      ? [
          "",
          `Not up, or not finished (npx classlab up ${selection} --failed):`,
          ...report.unfinished.map(({ stack, why }) => `  stack ${stack}: ${why}`),
        ]
      : []),
    "",
    report.ok ? "Everything planned runs and answers." : "Not everything planned runs and answers.",
    "",
  ].join("\n");
}

const named = (images: ImageSet) => [
  ["guest", images.guest] as const,
  ...Object.entries(images.course),
  ...(images.registry ? [["registry", images.registry] as const] : []),
];

/** The images of a lab; after an update, what each was before and what makes it take effect. */
export function renderImages(lab: string, report: LabImages, selection: string): string {
  const old = new Map(report.before ? named(report.before) : []);
  const changed = (name: string, id: string) => report.before !== undefined && old.get(name)?.id !== id;
  const short = (id: string) => id.slice(7, 19);
  const rows = named(report.images).map(([name, image]) => ({
    name,
    text: `${image.reference}  ${changed(name, image.id) ? `${short(old.get(name)?.id ?? "")} -> ` : ""}${short(image.id)}`,
  }));
  const anyChanged = named(report.images).some(([name, image]) => changed(name, image.id));
  const next = anyChanged
    ? `They take effect with: npx classlab up ${selection}\n`
    : report.before
      ? "They are the ones that the lab has.\n"
      : "";
  return `Images of lab "${lab}" (${report.images.source}):\n${table(rows, "  ")}\n${next}`;
}
