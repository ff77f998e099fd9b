import { vantageKey } from "../../course/checks";
import { unitGuests } from "../../course/objects";
import type { GuestPlan, LabPlan, UnitPlan } from "../../course/plan";
import { guestLogicalName, isScript, type PlatformKind } from "../../course/resources";
import type { VerifyCause } from "../../course/verifyCauses";
import type { Drift, Mend } from "../drift";
import type { StateResource } from "../engine";
import type { VerifyRow } from "./report";

/** What a guest's restart brings back: all that is set in memory, and what Docker writes at each start. */
const BY_RESTART: readonly VerifyCause[] = [
  "no-address",
  "wrong-address",
  "wrong-mac",
  "gateway-missing",
  "name-resolution",
];

/** What only a new container on the same disk brings back: a guest starts its SSH server again by itself when it can. */
const BY_REPLACING: readonly VerifyCause[] = ["prober-missing", "ssh-refused"];

/** Finds the resource of a guest by the end of its name. */
type Find = (suffix: string) => StateResource | undefined;

/**
 * The guests that together explain every blocked row, fewest first: a rule in one guest blocks many pairs.
 * @returns keys as `team/guest`
 */
export function blockers(rows: readonly VerifyRow[]): string[] {
  let open = rows.filter((row) => row.cause === "blocked");
  const found: string[] = [];
  while (open.length > 0) {
    const counts = new Map<string, number>();
    for (const row of open) {
      for (const end of [row.to, row.from])
        if (end?.kind === "guest") counts.set(vantageKey(end), (counts.get(vantageKey(end)) ?? 0) + 1);
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1]);
    if (!best) break;
    const [key] = best;
    found.push(key);
    open = open.filter(
      (row) => ![row.from, row.to].some((end) => end?.kind === "guest" && vantageKey(end) === key),
    );
  }
  return found;
}

/** The guest on its platform: known by its resource's id, or by its name where a script made it. */
function guestBehind(
  machine: StateResource,
  guest: GuestPlan,
): { readonly kind: PlatformKind; readonly guest: string } {
  return isScript(machine.type)
    ? { kind: "domain", guest: guest.objectName }
    : { kind: "container", guest: machine.id ?? guest.objectName };
}

function restart(guest: GuestPlan, find: Find): { readonly mend?: Mend; readonly overwrites: string } {
  const machine = find("machine");
  const ready = find("ready");
  // A virtual machine is defined with adapters that lead nowhere.
  const adapters = machine && isScript(machine.type) ? find("adapters") : undefined;
  const also = [adapters, ready].flatMap((resource) => resource?.urn ?? []);
  return {
    ...(machine?.id && ready ? { mend: { how: "restart", ...guestBehind(machine, guest), also } } : {}),
    overwrites: "what runs in the guest is started anew; files are kept",
  };
}

function guestRepairs(guest: GuestPlan, rows: readonly VerifyRow[], blocking: boolean, find: Find): Drift[] {
  const common = { kind: "changed", level: "guest", team: guest.team, guest: guest.name } as const;
  const first = (causes: readonly VerifyCause[]) =>
    rows.find((row) => row.cause && causes.includes(row.cause));
  const broken =
    rows.find((row) => row.from === undefined && row.cause && BY_REPLACING.includes(row.cause)) ??
    first(["prober-missing"]);
  const machine = find("machine");
  // A new container on the same disk has all that a restart would bring, too.
  if (broken && machine) {
    return [
      {
        ...common,
        object: "programs",
        what: `${broken.title}: ${broken.measured}`,
        mend: { how: "replace", urn: machine.urn },
        overwrites: "what was installed or changed outside home folders and Docker; its disk is kept",
      },
    ];
  }
  const lost = rows.find((row) => row.from === undefined && row.cause && BY_RESTART.includes(row.cause));
  const names = first(["name-resolution"]);
  const reason = lost ?? names;
  const denied = first(["key-denied"]);
  // Where a host's own call makes it ready, its keys are told by what works inside.
  const ready = find("inside") ?? find("ready");
  const untrusting = first(["registry-untrusted"]);
  const settings = find("settings");
  const pages = rows.filter((row) => row.kind === "service" && row.cause === "wrong-content");
  return [
    ...(reason || blocking
      ? [
          {
            ...common,
            object: "network",
            what: reason ? `${reason.title}: ${reason.measured}` : "it blocks what its mode allows",
            ...restart(guest, find),
          },
        ]
      : []),
    ...(denied && ready
      ? [
          {
            ...common,
            object: "team's key",
            what: denied.measured,
            mend: { how: "run", urn: ready.urn } as const,
          },
        ]
      : []),
    ...(untrusting && settings
      ? [
          {
            ...common,
            object: "registry's authority",
            what: untrusting.measured,
            mend: { how: "run", urn: settings.urn } as const,
          },
        ]
      : []),
    ...["nginx", "php-apache"].flatMap((stack): Drift[] => {
      const row = pages.find(({ id }) => id.startsWith(`service/${guest.team}/${guest.name}/${stack}:`));
      const container = find(`docker-${stack}-container`);
      if (!row || !container) return [];
      return [
        {
          ...common,
          stack,
          object: `container ${stack}`,
          what: row.measured,
          mend: { how: "replace", urn: container.urn },
          overwrites: "changes made in the container outside its volumes",
        },
      ];
    }),
  ];
}

/** What of a verify's red rows can be mended, as drift of one unit: pure. What observation finds by itself is not among it. */
export function repairsOf(
  plan: LabPlan,
  unit: UnitPlan,
  resources: readonly StateResource[],
  rows: readonly VerifyRow[],
): Drift[] {
  const blocking = blockers(rows);
  return unitGuests(plan, unit).flatMap((guest) => {
    const key = `${guest.team}/${guest.name}`;
    const find: Find = (suffix) =>
      resources.find(
        (entry) => !entry.delete && entry.urn.split("::").at(-1) === `${guestLogicalName(guest)}-${suffix}`,
      );
    const own = rows.filter((row) => `${row.team}/${row.guest}` === key);
    return guestRepairs(guest, own, blocking.includes(key), find);
  });
}
