import type { Node } from "../../powershell/parser";
import { PowerShell } from "./powershell";
import { PowerShellError, toJson, toNumber, toText } from "./values";

/** A Windows PC as the precheck asks about it. Whatever is not here is not answered. */
export interface LookedAt {
  readonly name: string;
  /** Objects by class of CIM; a class that is missing is not answered. */
  readonly cim: Readonly<Record<string, readonly object[]>>;
  readonly adapters: readonly object[];
  readonly addresses: readonly object[];
  readonly routes: readonly object[];
  readonly profiles: readonly object[];
  readonly services: readonly { readonly Name: string; readonly Status: string }[];
  /** Values by key of the registry. */
  readonly registry: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Names of installed programs. */
  readonly programs: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly groups: string;
  /** What the shell's property says; undefined where there is none. */
  readonly bitLocker: number | undefined;
  readonly userFolder: string;
  readonly documents: string;
}

/** What a script wrote, and printed. */
export interface Written {
  readonly files: ReadonlyMap<string, string>;
  readonly printed: readonly string[];
}

const UNINSTALL = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall";

/** Runs a script that looks at a PC, by the script's own text. @throws Error for what the stand-in was not taught */
export function lookAt(
  pc: LookedAt,
  script: Node,
  parameters: { readonly seat: string; readonly folder: string },
): Written {
  const files = new Map<string, string>();
  const printed: string[] = [];
  type Given = ReadonlyMap<string, unknown>;
  const text = (given: Given, name: string) => toText(given.get(name));
  const cmdlets: Readonly<Record<string, (given: Given) => unknown>> = {
    "convertfrom-json": (given) => JSON.parse(text(given, "inputobject")),
    "convertto-json": (given) => JSON.stringify(toJson(given.get("inputobject"))),
    "get-childitem": () =>
      pc.programs.map((name, index) => ({
        PSChildName: `{${index}}`,
        GetValue: (key: unknown) => (key === "DisplayName" ? name : null),
      })),
    "get-ciminstance": (given) => {
      const found = pc.cim[text(given, "classname")];
      if (!found) throw new PowerShellError("アクセスが拒否されました。");
      return found;
    },
    "get-itemproperty": (given) => ({ ...pc.registry[text(given, "literalpath")] }),
    "get-netadapter": () => pc.adapters,
    "get-netconnectionprofile": () => pc.profiles,
    "get-netipaddress": () => pc.addresses,
    "get-netroute": () => pc.routes,
    "get-service": () => pc.services,
    "join-path": (given) => `${text(given, "path")}\\${text(given, "childpath")}`,
    "new-object": (given) => {
      if (given.has("comobject"))
        return { NameSpace: () => ({ Self: { ExtendedProperty: () => pc.bitLocker ?? null } }) };
      const list: unknown[] = [];
      return Object.assign(list, { Add: (value: unknown) => void list.push(value) });
    },
    "test-path": (given) => {
      const path = text(given, "literalpath");
      return path in pc.registry || path in pc.files || files.has(path) || path === UNINSTALL;
    },
    "whoami.exe": () => pc.groups,
    "write-output": (given) => void printed.push(text(given, "inputobject")),
  };
  const members: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    "DateTime::UtcNow": () => ({ ToString: () => "2026-11-26T09:00:00Z" }),
    "Environment::GetFolderPath": () => pc.documents,
    "Globalization.CultureInfo::InstalledUICulture": () => ({ Name: "ja-JP" }),
    "Globalization.CultureInfo::InvariantCulture": () => ({}),
    "IO.Directory::CreateDirectory": () => ({}),
    "IO.File::Delete": ([path]) => files.delete(toText(path)),
    "IO.File::Move": ([from, to]) => {
      files.set(toText(to), files.get(toText(from)) ?? "");
      files.delete(toText(from));
    },
    "IO.File::ReadAllText": ([path]) => pc.files[toText(path)],
    "IO.File::WriteAllText": ([path, content]) => void files.set(toText(path), toText(content)),
    "Math::Floor": ([value]) => Math.floor(toNumber(value)),
    "Net.Dns::GetHostName": () => pc.name,
    "Net.WebUtility::HtmlEncode": ([value]) =>
      toText(value).replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`),
    "Text.UTF8Encoding::new": () => ({}),
  };
  const shell = new PowerShell(
    {
      cmdlet: (name, given) => {
        const found = cmdlets[name.toLowerCase()];
        if (!found) throw new Error(`the stand-in was not taught ${name}`);
        const value = found(given);
        return value === undefined ? [] : Array.isArray(value) && !("Add" in value) ? value : [value];
      },
      member: (type, name, args) => {
        const found = members[`${type}::${name}`];
        if (!found) throw new Error(`the stand-in was not taught [${type}]::${name}`);
        return found(args ?? []);
      },
    },
    {
      ...parameters,
      psscriptroot: parameters.folder,
      "env:programdata": "C:\\ProgramData",
      "env:userprofile": pc.userFolder,
    },
  );
  shell.load(script);
  return { files, printed };
}
