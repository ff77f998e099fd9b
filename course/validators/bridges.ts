import type { LabConfig } from "../config";
import type { Fault } from "../faults";
import { isCloud, targetOf } from "../hosts";
import type { Validator } from "./validator";

/** The first adapter of a guest that is on the classroom LAN or a VLAN of it; undefined when none is. */
function firstBridged(config: LabConfig): string | undefined {
  const bridged = new Set(config.switches.filter(({ mode }) => mode === "bridged").map(({ name }) => name));
  const guest = config.guests.find(({ adapters }) =>
    adapters.some((adapter) => "switch" in adapter && bridged.has(adapter.switch)),
  );
  return guest?.name;
}

const INSTEAD = "mode nat-network, in which guests get out and see each other";

/** Bridged guests need a wire that carries their own addresses: Wi-Fi lets no second MAC address behind a card. */
export const bridgesPossible: Validator = (config) => {
  const guest = firstBridged(config);
  if (guest === undefined) return [];
  const room = config.site.network.link === "wifi";
  const hosts = config.hosts.map((host, index) => ({ host, index }));
  const real = hosts.filter(({ host }) => targetOf(config, host) !== "containers");
  const wifi = (where: string, whose: string): Fault => ({
    code: "bridge-impossible",
    where,
    what: `guest "${guest}" is bridged, and ${whose} on Wi-Fi, which carries no second MAC address behind a card`,
    expected: `a cable, or ${INSTEAD}`,
  });
  const here = real.filter(({ host }) => !isCloud(host));
  return [
    ...(room && here.length > 0 ? [wifi("lab.site.network.link", "the room is")] : []),
    ...here.flatMap(({ host, index }) =>
      !room && host.kind === "existing" && host.link === "wifi"
        ? [wifi(`lab.hosts[${index}].link`, `host "${host.name}" is`)]
        : [],
    ),
  ];
};
