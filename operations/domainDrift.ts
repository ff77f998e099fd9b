import { z } from "zod";
import { isOwnUuid, uuidOf } from "../components/hypervisors/identity";
import type { StateResource } from "./engine";
import { domainSettings } from "./platforms/libvirt/domainXml";
import type { ObservedObject } from "./platforms/platform";

/** Whether an object is the virtual machine that was made under a name, whatever it is called now: by its UUID. */
export function isMadeAs(object: ObservedObject, name: string): boolean {
  return (
    (object.kind === "domain" || object.kind === "virtual machine") &&
    isOwnUuid(object.id) &&
    object.id === uuidOf(object.mark, "domain", name)
  );
}

/**
 * How a domain's definition differs from that which its resource recorded: `memory is 1024 MiB, not 768 MiB`. What somebody added is theirs,
 * and none.
 */
export function editedSettings(resource: StateResource, object: ObservedObject): string[] {
  const { settings } = object;
  if (object.kind === "virtual machine") return settings ? differing(toldSettings(resource), settings) : [];
  const triggers = resource.inputs?.triggers;
  const recorded: unknown = Array.isArray(triggers) ? triggers[0] : undefined;
  if (settings === undefined || typeof recorded !== "string" || !recorded.startsWith("<domain")) return [];
  return differing(domainSettings(recorded), settings);
}

function differing(
  wanted: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const now = settings[name];
    if (now === value) return [];
    return [now === undefined ? `${name} is gone (${value})` : `${name}: ${now}, not ${value}`];
  });
}

const toldSchema = z.looseObject({ settings: z.record(z.string(), z.string()) });

/** The settings that the script of a machine of VirtualBox told; none where it did not. */
function toldSettings({ outputs }: StateResource): Readonly<Record<string, string>> {
  if (typeof outputs?.stdout !== "string") return {};
  try {
    return toldSchema.safeParse(JSON.parse(outputs.stdout)).data?.settings ?? {};
  } catch {
    return {};
  }
}
