import type { GuestConfig, LabConfig } from "../config";
import type { Fault } from "../faults";
import type { HostPlan } from "../hosts";
import { FEATURE_NAMES, type Feature } from "./features";
import { supportOf } from "./table";
import { CLOUDS, HOST_KIND_NAMES } from "./targets";

/** A feature, and the key that asks for it. */
interface Wish {
  readonly feature: Feature;
  readonly where: string;
}

/** What a guest's own keys ask for; what is left at its default asks for nothing. */
function wishesOf(guest: GuestConfig, where: string): Wish[] {
  const { disk } = guest;
  const wish = (feature: Feature, key: string, asked: boolean): Wish[] =>
    asked ? [{ feature, where: `${where}.${key}` }] : [];
  return [
    ...wish("windows", "os", guest.os === "windows"),
    ...wish("dynamic-memory", "memory", typeof guest.memory !== "number"),
    ...(disk.format === "auto" ? [] : wish(`disk-${disk.format}`, "disk.format", true)),
    ...wish("disk-fixed", "disk.allocation", disk.allocation === "fixed"),
    ...wish("desktop", "profile", guest.profile === "desktop"),
    ...wish("nested", "nested", guest.nested),
    ...wish("shared-folder", "sharedFolder", guest.sharedFolder !== undefined),
    ...wish("clipboard", "clipboard", guest.clipboard !== "off"),
    ...wish("snapshots", "snapshots", guest.snapshots.length > 0),
    ...guest.clones.flatMap((clone, index) => wish(`${clone.kind}-clone`, `clones[${index}].kind`, true)),
  ];
}

/** One host of each target and kind, since the table tells no others apart. */
function kindsOf(hosts: readonly HostPlan[]): HostPlan[] {
  return [...new Map(hosts.map((host) => [`${host.target} ${host.kind}`, host] as const)).values()];
}

/**
 * What a switch with guests on it or a guest asks for and the target of a host refuses, told in the sentence that stands in the table.
 * @param hosts the hosts that teams are placed on
 */
export function featuresSupported(
  config: Pick<LabConfig, "switches" | "guests">,
  hosts: readonly HostPlan[],
): Fault[] {
  const faultOf = ({ feature, where }: Wish, code: Fault["code"], what: string): Fault[] => {
    for (const { target, kind } of kindsOf(hosts)) {
      const cell = supportOf(feature, target, kind);
      if (cell.kind !== "refused") continue;
      const place = CLOUDS.includes(kind) ? ` on ${HOST_KIND_NAMES[kind]}` : "";
      const refusal = `target ${target} refuses ${what}${place}: ${cell.why}`;
      return [{ code, where, what: refusal, expected: cell.instead }];
    }
    return [];
  };
  const used = (name: string) =>
    config.guests.some(({ adapters }) =>
      adapters.some((adapter) => "switch" in adapter && adapter.switch === name),
    );
  return [
    // A VLAN is one of the classroom LAN: where it is refused, bridged is refused already.
    ...config.switches.flatMap(({ name, mode }, index) =>
      used(name)
        ? faultOf(
            { feature: mode, where: `lab.switches[${index}].mode` },
            "mode-unsupported",
            `mode "${mode}"`,
          )
        : [],
    ),
    ...config.guests.flatMap((guest, index) =>
      wishesOf(guest, `lab.guests[${index}]`).flatMap((wish) =>
        faultOf(wish, "feature-unsupported", FEATURE_NAMES[wish.feature]),
      ),
    ),
  ];
}
