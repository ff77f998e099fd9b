import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModuleCall } from "../../components/hypervisors/hyperv/transport";
import type { OwnerMark } from "../../course/mark";
import { MODES } from "../../course/modes";
import type { LabPlan } from "../../course/plan";
import { callsIn } from "../powershell/calls";
import { MODULE_FOLDER } from "../powershell/check";
import { functionsIn, type OwnFunction } from "../powershell/functions";
import { below, parsePowerShell } from "../powershell/parser";
import { planOf, ROOT, WINDOWS } from "./labs";

/** Whose the objects of these tests are. */
export const MARK: OwnerMark = { lab: "lab", id: "0123456789abcdef", stack: "lab-team-01", team: "team-01" };

/** The mark as it stands in Notes. */
export const LABELS = {
  classlab: "lab",
  "classlab.id": "0123456789abcdef",
  "classlab.stack": "lab-team-01",
  "classlab.team": "team-01",
};

/** The lab's folder on a host. */
export const FOLDER = "C:\\ProgramData\\classlab\\lab-0123456789abcdef";

const SWITCHES = MODES.filter((mode) => mode !== "disabled").map((mode) =>
  mode === "nat" ? { name: mode, mode, subnet: "192.168.21.0/24" } : { name: mode, mode },
);

/** A lab with a switch of every mode and guests that have between them all that a guest can have on Hyper-V. */
export function hypervPlan(more: object = {}): LabPlan {
  return planOf("lab", {
    target: "hyperv",
    hosts: [{ ...WINDOWS, memory: 32768, disk: 200 }],
    teams: 1,
    switches: [...SWITCHES, { name: "vlan", mode: "bridged", vlan: 10, subnet: "192.168.110.0/24" }],
    guests: [
      {
        name: "ubuntu-test1",
        memory: 4096,
        adapters: [{ switch: "bridged" }],
        snapshots: ["snapshot1"],
        clones: [{ name: "clone1" }, { name: "linked1", kind: "linked" }],
      },
      {
        name: "desk",
        nested: true,
        clipboard: "both",
        memory: { start: 2048, min: 1024, max: 4096 },
        sharedFolder: {},
        disk: { size: 20, format: "vhdx", allocation: "fixed" },
        adapters: [
          { mode: "disabled" },
          { switch: "internal" },
          { switch: "nat-network" },
          { switch: "nat" },
          { switch: "host-only" },
          { switch: "vlan" },
        ],
      },
    ],
    ...more,
  });
}

/** The functions of the module, and what each calls. */
export interface Module {
  readonly functions: ReadonlyMap<string, OwnFunction>;
  /** Names of all that a function calls, itself or by the functions that it calls. */
  calledBy(name: string): ReadonlySet<string>;
}

/** Reads the module. */
export async function readModule(): Promise<Module> {
  const path = join(MODULE_FOLDER, "Classlab.HyperV.psm1");
  const root = await parsePowerShell(readFileSync(join(ROOT, path), "utf8"));
  const functions = new Map(functionsIn(root, path).map((each) => [each.name, each]));
  const calledBy = (name: string): Set<string> => {
    const found = new Set<string>();
    const waiting = [name];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const own = functions.get(next);
      if (!own) continue;
      for (const { name: called } of callsIn(own.node)) {
        if (called === undefined || found.has(called)) continue;
        found.add(called);
        waiting.push(called);
      }
    }
    return found;
  };
  return { functions, calledBy };
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === "string",
  Int32: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  Boolean: (value) => typeof value === "boolean",
  psobject: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "psobject[]": (value) => Array.isArray(value),
};

/** What of a call PowerShell would refuse, in words. */
export function misfits({ function: name, data }: ModuleCall, { functions }: Module): string[] {
  const declared = functions.get(name);
  if (!declared) return [`there is no ${name}`];
  const entries = Object.entries(declared.parameters);
  const given = Object.entries(data);
  const parameterOf = (key: string) =>
    entries.find(([each]) => each.toLowerCase() === key.toLowerCase())?.[1];
  return [
    ...given.flatMap(([key, value]): string[] => {
      const parameter = parameterOf(key);
      if (!parameter) return [`${name} has no ${key}`];
      if (!(TYPES[parameter.type] ?? (() => false))(value)) return [`${key} is no ${parameter.type}`];
      const known = parameter.accepted;
      return known && !known.includes(String(value)) ? [`${key} may not be ${value}`] : [];
    }),
    ...entries.flatMap(([key, { required }]) =>
      required && !given.some(([each]) => each.toLowerCase() === key.toLowerCase())
        ? [`${name} without ${key}`]
        : [],
    ),
  ];
}

/** Names of the properties that a function reads of a variable. */
export function readOf(module: Module, name: string, variable: string): string[] {
  const node = module.functions.get(name)?.node;
  const text = node ? below(node).filter(({ type }) => type === "member_access") : [];
  const found = text.flatMap(
    (each) => new RegExp(`^\\$${variable}\\.(\\w+)$`, "i").exec(each.text)?.[1] ?? [],
  );
  return [...new Set(found)].sort();
}
