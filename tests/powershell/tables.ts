import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../support/cli";

/** The name by which the tables say that a parameter is in every parameter set. */
export const EVERY_SET = "(All)";

const parameterSchema = z.object({
  type: z.string().default("Object"),
  sets: z.array(z.string()).default([EVERY_SET]),
  required: z.boolean().default(false),
  /** The only values that it takes. */
  accepted: z.array(z.string()).optional(),
  aliases: z.array(z.string()).default([]),
});

/** A parameter of a cmdlet or a function. */
export type Parameter = z.output<typeof parameterSchema>;

const cmdletSchema = z.object({
  module: z.string(),
  /** Where it is from, for those that no table of Microsoft's holds. */
  source: z.url().optional(),
  commonParameters: z.boolean().default(true),
  parameters: z.record(z.string(), parameterSchema),
  /** Switches of which a call has one at the most, each with the parameters that are of it alone. */
  modes: z.record(z.string(), z.array(z.string())).optional(),
});

/** What may be called, and how. */
export type Cmdlet = z.output<typeof cmdletSchema>;

const tableSchema = z.object({
  source: z.union([z.string(), z.array(z.string())]),
  cmdlets: z.record(z.string(), cmdletSchema),
});

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(ROOT, "tests/powershell", file), "utf8"));

/** Microsoft's parameter tables of what the repository calls, and where they are from. */
export const MICROSOFT = tableSchema.parse(read("cmdlets.json"));

/** What those tables lack, each with the page that it is from. */
export const OTHERS = tableSchema.parse(read("otherCmdlets.json"));

const additionsSchema = z.record(
  z.string(),
  cmdletSchema.pick({ modes: true }).extend({
    source: z.url(),
    parameters: z.record(z.string(), parameterSchema).default({}),
    /** Parameters that the tables have wrong. */
    corrections: z.record(z.string(), parameterSchema).default({}),
    /** Why they are corrected. */
    why: z.string().optional(),
  }),
);

/** What the tables do not say of a cmdlet that they have. */
export const ADDITIONS = additionsSchema.parse(read("additions.json"));

/** Parameters of every cmdlet and advanced function of Windows PowerShell 5.1 (about_CommonParameters). */
export const COMMON_PARAMETERS: Readonly<Record<string, Parameter>> = Object.fromEntries(
  [
    ["Debug", "SwitchParameter"],
    ["ErrorVariable", "String"],
    ["InformationVariable", "String"],
    ["OutBuffer", "Int32"],
    ["OutVariable", "String"],
    ["PipelineVariable", "String"],
    ["Verbose", "SwitchParameter"],
    ["WarningVariable", "String"],
  ]
    .map(([name, type]): [string, unknown] => [name ?? "", { type }])
    .concat(
      ["ErrorAction", "InformationAction", "WarningAction"].map((name): [string, unknown] => [
        name,
        {
          type: "ActionPreference",
          accepted: ["SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend"],
        },
      ]),
    )
    .map(([name, parameter]) => [name, parameterSchema.parse(parameter)]),
);

function joined(): Map<string, Cmdlet> {
  const all = new Map<string, Cmdlet>();
  for (const [name, cmdlet] of Object.entries({ ...OTHERS.cmdlets, ...MICROSOFT.cmdlets })) {
    const more = ADDITIONS[name];
    all.set(name.toLowerCase(), {
      ...cmdlet,
      parameters: { ...cmdlet.parameters, ...more?.parameters, ...more?.corrections },
      ...(more?.modes ? { modes: more.modes } : {}),
    });
  }
  return all;
}

/** Every cmdlet of the tables by its name in lower case. */
export const CMDLETS: ReadonlyMap<string, Cmdlet> = joined();

/** Aliases of Windows PowerShell 5.1 and of its Hyper-V module that people type (Get-Alias). */
export const ALIASES: ReadonlySet<string> = new Set(
  `? % cat cd chdir clear cls copy cp curl cvpa del diff dir echo epcsv erase etsn exsn fc fl foreach ft fw gc gci gcm gi gjb gl gm gmo gp gpv
   group gsv gu gv h history iex ii ipcsv ipmo irm iwr kill lp ls man md measure mi mount move mp mv nal ndr ni nmo nv ogv oh popd ps pushd pwd r
   rd ren ri rm rmdir rmo rni rnp rp rv sajb sal saps sasv sc select set si sl sleep sls sort sp spps spsv start sv tee type wget where wjb write
   get-vmcheckpoint remove-vmcheckpoint rename-vmcheckpoint restore-vmcheckpoint export-vmcheckpoint get-vmdvddisk gvm`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** Programs that are no cmdlets and that may be called, with where their arguments are told. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "fsutil.exe": "https://learn.microsoft.com/windows-server/administration/windows-commands/fsutil-sparse",
  "shutdown.exe": "https://learn.microsoft.com/windows-server/administration/windows-commands/shutdown",
  "bcdedit.exe": "https://learn.microsoft.com/windows-server/administration/windows-commands/bcdedit",
  "icacls.exe": "https://learn.microsoft.com/windows-server/administration/windows-commands/icacls",
  "whoami.exe": "https://learn.microsoft.com/windows-server/administration/windows-commands/whoami",
};
