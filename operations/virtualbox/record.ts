import type { LabConfig } from "../../course/config";
import { FaultError } from "../../course/faults";
import { contains, parseSubnet } from "../../course/network";
import type { HostPlan, LabPlan } from "../../course/plan";
import type { VirtualBoxHostRecord, VirtualBoxRecord } from "../../course/record";
import { fetchCloudImage } from "../cloudImage";
import { machineOf } from "../hosts/machine";
import type { Say } from "../images";
import { type Manage, manageOn, notReady } from "./manage";

/** Ubuntu's release that guests begin with where nobody names an image. */
const RELEASE = "24.04";

const isOnVirtualBox = (host: HostPlan): boolean => host.target === "virtualbox";

/** Whether guests of a plan are virtual machines of VirtualBox. */
export function needsVirtualBox(plan: Pick<LabPlan, "hosts">): boolean {
  return plan.hosts.some(isOnVirtualBox);
}

function refuse(manage: Manage, what: string, fix: string): FaultError {
  return new FaultError([notReady(manage.where, what, fix)]);
}

/** The version as the lists of calls know it. @throws FaultError `virtualbox-not-ready` */
async function versionOf(manage: Manage, edition: LabConfig["edition"]): Promise<"7" | "6.0"> {
  const told = (await manage.output(["--version"])).trim().split("\n").at(-1) ?? "";
  if (/^7\.[12]\./.test(told)) return "7";
  if (/^6\.0\./.test(told) && edition === "2019") return "6.0";
  throw refuse(
    manage,
    `VirtualBox there is ${told}; this version of classlab knows 7.1 and 7.2${edition === "2019" ? ", and 6.0 of the book" : ""}`,
    "Install VirtualBox 7.1 or 7.2 there, and run the command again",
  );
}

/** A line of `list systemproperties`. */
function property(text: string, name: string): string | undefined {
  return new RegExp(`^${name}: +(.+?)\\r?$`, "m").exec(text)?.[1];
}

/** A card of the host as `list bridgedifs` tells it. */
export interface Card {
  readonly name: string;
  readonly address: string;
  readonly up: boolean;
}

/** Reads `VBoxManage list bridgedifs`. */
export function readCards(text: string): Card[] {
  return text.split(/\r?\n\r?\n/).flatMap((part) => {
    const value = (key: string) => new RegExp(`^${key}: +(.*?)\\r?$`, "m").exec(part)?.[1] ?? "";
    const name = value("Name");
    return name === "" ? [] : [{ name, address: value("IPAddress"), up: value("Status") === "Up" }];
  });
}

/** The card that bridged guests of a host are on; undefined where there are none. @throws FaultError `virtualbox-not-ready` */
async function bridgeOf(manage: Manage, plan: LabPlan, host: HostPlan): Promise<string | undefined> {
  const guests = plan.teams.flatMap((team) => team.guests).filter((guest) => guest.host === host.name);
  if (!guests.some(({ adapters }) => adapters.some(({ mode }) => mode === "bridged"))) return undefined;
  const cards = readCards(await manage.output(["list", "bridgedifs"]));
  const known = cards.map(({ name }) => name).join(", ") || "none";
  const { config } = host;
  const named = "virtualbox" in config ? config.virtualbox?.bridge : undefined;
  if (named !== undefined) {
    if (cards.some(({ name }) => name === named)) return named;
    throw refuse(
      manage,
      `there is no network card ${named} that guests can be bridged to`,
      `Name one of: ${known}`,
    );
  }
  const lans = plan.switches
    .filter((entry) => entry.host === host.name && entry.mode === "bridged")
    .map(({ subnet }) => parseSubnet(subnet));
  const onLan = cards.find((card) => card.up && lans.some((lan) => contains(lan, card.address)));
  if (onLan) return onLan.name;
  throw refuse(
    manage,
    `none of its network cards (${known}) has an address of the classroom LAN ${lans.map(({ cidr }) => cidr).join(", ")}, and guests are to be bridged to it`,
    `Name the card: hosts[].virtualbox.bridge`,
  );
}

/** What disks begin with: what was staged on the host, or Ubuntu's cloud image. @throws FaultError `virtualbox-not-ready`, or one of the cloud image */
async function sourceOf(manage: Manage, host: HostPlan, say: Say): Promise<VirtualBoxHostRecord["source"]> {
  const { config } = host;
  const staged = "virtualbox" in config ? config.virtualbox?.image : undefined;
  if (staged !== undefined) {
    const summed = await manage.onHost("sha256sum", ["--", staged], { deadline: 20 * 60_000 });
    const hash = /^\\?([0-9a-f]{64})/.exec(summed.stdout)?.[1];
    if (summed.code !== 0 || hash === undefined)
      throw refuse(
        manage,
        `${staged} cannot be read there, and guests are to begin with it`,
        "Put it there, or leave hosts[].virtualbox.image out",
      );
    return /\.iso$/i.test(staged)
      ? { kind: "installer", path: staged }
      : { kind: "image", hash: hash.slice(0, 16), path: staged };
  }
  if (host.kind !== "this-machine")
    throw refuse(
      manage,
      "it is not said what guests' disks begin with there",
      "Put a disk image or an installer's DVD there, and name it: hosts[].virtualbox.image",
    );
  const doing = () => undefined;
  const { file, sha256 } = await fetchCloudImage(RELEASE, { say, doing });
  return { kind: "image", hash: sha256.slice(0, 16), path: file };
}

/** What the lab needs to know of a host, found by asking. */
async function lookAtHost(
  plan: LabPlan,
  host: HostPlan,
  edition: LabConfig["edition"],
  say: Say,
): Promise<VirtualBoxHostRecord> {
  const manage = manageOn(machineOf(plan.lab, host));
  const version = await versionOf(manage, edition);
  const properties = await manage.output(["list", "systemproperties"]);
  const folder = property(properties, "Default machine folder");
  if (folder === undefined)
    throw refuse(
      manage,
      "VirtualBox does not say where it keeps machines",
      "Run: VBoxManage list systemproperties",
    );
  const additions = property(properties, "Default Guest Additions ISO");
  const hasAdditions = additions !== undefined && (await manage.onHost("test", ["-r", additions])).code === 0;
  const bridge = await bridgeOf(manage, plan, host);
  return {
    version,
    folder,
    ...(bridge === undefined ? {} : { bridge }),
    source: await sourceOf(manage, host, say),
    ...(hasAdditions ? { additions } : {}),
  };
}

/**
 * Tells what the lab's guests on VirtualBox are made of: what was decided before, or what is found now. A guest that is bridged only by now has
 * its card looked for.
 * @returns undefined for a lab without such guests
 * @throws FaultError `virtualbox-not-ready`, or what keeps a cloud image from being had
 */
export async function virtualBoxRecord(
  plan: LabPlan,
  {
    before,
    edition,
    say,
  }: {
    readonly before: VirtualBoxRecord | undefined;
    readonly edition: LabConfig["edition"];
    readonly say: Say;
  },
): Promise<VirtualBoxRecord | undefined> {
  if (!needsVirtualBox(plan)) return undefined;
  const hosts: Record<string, VirtualBoxHostRecord> = { ...before };
  for (const host of plan.hosts.filter(isOnVirtualBox)) {
    const known = hosts[host.name];
    const bridge = known && (await bridgeOf(manageOn(machineOf(plan.lab, host)), plan, host));
    hosts[host.name] = known
      ? { ...known, ...(bridge === undefined ? {} : { bridge }) }
      : await lookAtHost(plan, host, edition, say);
  }
  return hosts;
}
