import { isOwnUuid, uuidOf } from "../components/hypervisors/identity";
import type { StateResource } from "./engine";
import { domainSettings } from "./platforms/libvirt/domainXml";
import type { ObservedObject } from "./platforms/platform";

/** Whether an object is the domain that was made under a name, whatever it is called now: by its UUID. */
export function isMadeAs(object: ObservedObject, name: string): boolean {
  return (
    object.kind === "domain" && isOwnUuid(object.id) && object.id === uuidOf(object.mark, "domain", name)
  );
}

/**
 * How a domain's definition differs from that which its resource recorded: `memory is 1024 MiB, not 768 MiB`. What somebody added is theirs,
 * and none.
 */
export function editedSettings(resource: StateResource, object: ObservedObject): string[] {
  const { settings } = object;
  const triggers = resource.inputs?.triggers;
  const recorded: unknown = Array.isArray(triggers) ? triggers[0] : undefined;
  if (settings === undefined || typeof recorded !== "string" || !recorded.startsWith("<domain")) return [];
  return Object.entries(domainSettings(recorded)).flatMap(([name, value]) => {
    const now = settings[name];
    if (now === value) return [];
    return [now === undefined ? `${name} is gone (${value})` : `${name}: ${now}, not ${value}`];
  });
}
