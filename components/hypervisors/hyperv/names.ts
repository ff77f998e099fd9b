import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";

/**
 * Folder of a lab on a Windows host. It carries the lab's id: what lies in it is the lab's. Of ASCII letters, whatever the user's own
 * folder is called.
 */
export function labFolder({ lab, id }: Pick<OwnerMark, "lab" | "id">): string {
  return `C:\\ProgramData\\classlab\\${lab}-${id}`;
}

/** Path of the disk that guests of a lab are made from. */
export function imagePath(mark: Pick<OwnerMark, "lab" | "id">, file: string): string {
  return `${labFolder(mark)}\\images\\${file}`;
}

/** Path of what clones of a guest begin with. */
export function basePath(mark: Pick<OwnerMark, "lab" | "id">, objectName: string): string {
  return `${labFolder(mark)}\\bases\\${cloneBaseFile(objectName)}`;
}

/** Name of the file that clones of a guest begin with. */
export function cloneBaseFile(objectName: string): string {
  return `${objectName}.vhdx`;
}

/** Path of the medium of a guest's first start. */
export function seedPath(mark: Pick<OwnerMark, "lab" | "id">, objectName: string): string {
  return `${labFolder(mark)}\\seeds\\${objectName}.iso`;
}

/** Named pipe of a guest's first serial port (Microsoft, "Set-VMComPort"). */
export function consolePipe({ objectName }: Pick<GuestPlan, "objectName">): string {
  return `\\\\.\\pipe\\classlab-${objectName}`;
}
