import type { z } from "zod";
import type { hostSchema } from "../config/hosts";
import { RESERVE } from "../demand";
import type { JudgedPc } from "./judge";
import type { Precheck } from "./precheck";

/** A PC of the room as the lab's file takes it, an entry of `hosts`. */
export type InventoryHost = Extract<z.input<typeof hostSchema>, { kind: "existing" }>;

/** Longest name of a host in a lab. */
const LONGEST = 15;

/** A text as a host's name: lower case, a letter first, hyphens in place of all else; undefined where nothing is left. */
function asName(text: string): string | undefined {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (plain === "") return undefined;
  const led = /^[a-z]/.test(plain) ? plain : `pc-${plain}`;
  return led.slice(0, LONGEST).replace(/-+$/, "");
}

/** The name with a number at its end, no longer than a name may be. */
function numbered(name: string, number: number): string {
  const ending = `-${number}`;
  return `${name.slice(0, LONGEST - ending.length).replace(/-+$/, "")}${ending}`;
}

/**
 * Names of PCs in the lab, in their order: the seat's where one was typed, else the computer's own, shortened where they are too long.
 * Where two have the same name, the second gets a number.
 */
export function inventoryNames(prechecks: readonly Pick<Precheck, "seat" | "name">[]): string[] {
  const taken = new Set<string>();
  return prechecks.map(({ seat, name }) => {
    const wanted = asName(seat) ?? asName(name) ?? "pc";
    let free = wanted;
    for (let number = 2; taken.has(free); number += 1) free = numbered(wanted, number);
    taken.add(free);
    return free;
  });
}

/**
 * GiB that a PC has for guests, with what the plan keeps for the system itself: what is free now, since the rest is somebody's.
 */
function diskOf({ os, diskFree, diskSize }: Precheck): number {
  return Math.min(diskSize, diskFree + RESERVE[os].disk);
}

function hostOf({ precheck }: JudgedPc, name: string): InventoryHost {
  const { os, edition, memory, cpus, link, address, hostKey, firmwareVirtualization, seat } = precheck;
  return {
    kind: "existing",
    name,
    ...(seat === "" ? {} : { seat }),
    // Where it has no address yet, its name may lead to it.
    address: address === "" ? name : address,
    ...(hostKey === "" ? {} : { hostKey }),
    os,
    ...(edition === "" || edition === "other" ? {} : { windows: edition }),
    cpus,
    memory,
    disk: Math.max(1, diskOf(precheck)),
    ...(link === "wifi" ? { link } : {}),
    ...(os === "windows" ? { hyperv: precheck.hypervisor } : {}),
    ...(firmwareVirtualization === null ? {} : { virtualization: firmwareVirtualization }),
    ...(precheck.restoreSoftware.length > 0 ? { restores: true } : {}),
  };
}

/** PCs as the entries of a lab's `hosts`, in their order. What they lack is in them: the plan refuses it in words. */
export function inventoryOf(room: readonly JudgedPc[]): InventoryHost[] {
  const names = inventoryNames(room.map(({ precheck }) => precheck));
  return room.map((pc, index) => hostOf(pc, names[index] ?? ""));
}
