import type { GuestPlan, LabPlan } from "../../course/plan";
import type { WindowsGuestPlan } from "../../course/windows/guest";
import type { WindowsVersion } from "../../course/windows/versions";
import { planOf } from "./labs";

/** SHA-256 that stands for that of an image of Windows; none is to be had for tests. */
export const IMAGE_HASH = "0123456789abcdef".repeat(4);

/** The image of a guest's Windows. */
export const imageOf = (windows: WindowsVersion, drivers = "own") => ({
  source: "/srv/images/windows.vhdx",
  sha256: IMAGE_HASH,
  windows,
  drivers,
});

/** A lab with a guest of each kind of Windows that differs, beside one with Linux. */
export function windowsPlan(more: object = {}): LabPlan {
  const common = { os: "windows", disk: { size: 64 } };
  return planOf("lab", {
    target: "libvirt",
    teams: [{ id: "team-01", seats: 3 }],
    switches: [
      { name: "lan", mode: "bridged", subnet: "192.168.99.0/24" },
      { name: "inner", mode: "internal" },
    ],
    guests: [
      {
        ...common,
        name: "server",
        nested: true,
        memory: 8192,
        image: imageOf("server-2022"),
        adapters: [{ switch: "lan" }, { switch: "inner" }, { mode: "disabled" }],
      },
      { ...common, name: "client", image: imageOf("11", "virtio"), adapters: [{ switch: "lan" }] },
      { name: "linux", adapters: [{ switch: "lan" }] },
    ],
    ...more,
  });
}

/** A guest of the first team, which has Windows. */
export function windowsGuest(
  plan: LabPlan,
  name: string,
): GuestPlan & { readonly windows: WindowsGuestPlan } {
  const guest = plan.teams[0]?.guests.find((candidate) => candidate.name === name);
  if (!guest?.windows) throw new Error(`no guest ${name} with Windows`);
  return { ...guest, windows: guest.windows };
}
