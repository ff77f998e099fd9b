import { randomBytes } from "node:crypto";
import { clientAddress } from "../../course/checks";
import { markLabels, type OwnerMark } from "../../course/mark";
import type { LabPlan } from "../../course/plan";
import { lanOf } from "../../course/reachability";
import { docker } from "../docker";
import type { PlatformGuest } from "../platforms/platform";
import { LOOPBACK, type Prober, selfId } from "./probers";
import type { StandIns } from "./standIns";

/**
 * Starts containers that stand where the host and a client PC do: in the host's own network, and on the classroom LAN at its
 * last free address. They carry the lab's mark, so that `sweep` finds what a killed run left of them.
 */
export async function containerStandIns(
  plan: LabPlan,
  guests: ReadonlyMap<string, PlatformGuest>,
): Promise<StandIns> {
  const [image] = [...guests.values()].map((guest) => guest.image);
  const lan = lanOf(plan);
  const address = clientAddress(plan);
  const wanted = [
    { key: "host", network: ["--network", "host"], self: [LOOPBACK] },
    ...(lan && address
      ? [
          {
            key: "client",
            network: ["--network", lan.objectName, "--ip", address],
            self: [LOOPBACK, address],
          },
        ]
      : []),
  ];
  const suffix = randomBytes(3).toString("hex");
  const [known] = [...guests.values()].flatMap(({ mark }) => (mark ? [mark] : []));
  const mark: OwnerMark = { lab: plan.lab, id: known?.id ?? "by-hand", stack: `${plan.lab}-verify` };
  const labels = Object.entries(markLabels(mark)).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const failed = new Map<string, string>();
  const started = await Promise.all(
    wanted.map(async ({ key, network, self }) => {
      if (image === undefined) {
        failed.set(key, "no guest stands, of whose image its stand-in would be made");
        return [];
      }
      const name = `${plan.lab}-verify-${key}-${suffix}`;
      const result = await docker(
        ["run", "-d", "--rm", "--init", "--name", name, ...labels, ...network, image, "sleep", "900"],
        { deadline: 30_000 },
      );
      if (result.code !== 0) {
        failed.set(key, result.stderr.trim().split("\n").at(-1) ?? "its stand-in does not start");
        await docker(["rm", "-f", name]);
        return [];
      }
      const prober: Prober = {
        key,
        command: ["docker", "exec", "-i", name, "sh", "-s"],
        self: self.map((own) => ({ id: selfId(key, own), address: own })),
        engine: false,
      };
      return [{ name, prober }];
    }),
  );
  const all = started.flat();
  return {
    probers: all.map(({ prober }) => prober),
    failed,
    remove: async () => {
      if (all.length > 0) await docker(["rm", "-f", ...all.map(({ name }) => name)]);
    },
  };
}
