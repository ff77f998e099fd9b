import type { OwnerMark } from "../../../course/mark";
import { pathOn, type VirtualBoxSettings } from "./settings";

/** What a path on the host needs to be known. */
type Place = Pick<VirtualBoxSettings, "os" | "folder">;

/** File of a guest's seed on its host. */
export function seedPath({ lab }: Pick<OwnerMark, "lab">, objectName: string, place: Place): string {
  return pathOn(place, place.folder, "classlab-seeds", lab, `${objectName}.iso`);
}

/** Name, below the home folder and below {@link hostClientFolder}, of the program that runs a script in a guest. */
export const GUEST_RUN = "virtualBoxGuest.sh";

/** Folder of a host over SSH, below the home folder of the user who has the machines, for what a lab keeps there. */
export function hostClientFolder(lab: string): string {
  return `.classlab/${lab}`;
}
