import { readMark } from "../../course/mark";
import { inspectContainers } from "./inspectedContainer";
import type { PlatformGuest } from "./platform";

/**
 * Asks Docker for guests by their names; one that is absent is left out.
 * @param now milliseconds since 1970
 * @throws FaultError when Docker does not answer
 */
export async function containerGuests(
  names: readonly string[],
  now = Date.now(),
): Promise<Map<string, PlatformGuest>> {
  const found = await inspectContainers(names);
  return new Map(
    found.map((entry) => [
      entry.Name.replace(/^\//, ""),
      {
        state: entry.State.Status,
        age: Math.max(0, (now - Date.parse(entry.State.StartedAt)) / 1000) || 0,
        image: entry.Image,
        networks: new Map(
          Object.entries(entry.NetworkSettings.Networks ?? {}).flatMap(([name, network]) =>
            // Docker lists a network that could not be connected all the same, without an id.
            name === "none" || (network.NetworkID === "" && !network.IPAMConfig?.IPv4Address)
              ? []
              : [
                  [
                    name,
                    {
                      address: network.IPAddress || (network.IPAMConfig?.IPv4Address ?? ""),
                      mac: network.MacAddress,
                    },
                  ] as const,
                ],
          ),
        ),
        published: new Map(
          Object.entries(entry.HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
            bindings?.[0]?.HostPort
              ? [[Number.parseInt(port, 10), Number(bindings[0].HostPort)] as const]
              : [],
          ),
        ),
        mark: readMark(entry.Config.Labels ?? {}),
      },
    ]),
  );
}
