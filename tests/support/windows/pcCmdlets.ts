import { runCmdlet } from "./cmdlets";
import { staticMember } from "./dotnet";
import type { FirewallRule, Pc } from "./pc";
import { isObject, isTrue, PowerShellError, propertyOf, Table, toJson, toText } from "./values";

type Given = ReadonlyMap<string, unknown>;

interface Cmdlet {
  /** Parameters that the stand-in was taught, in lower case; `""` words without a name. */
  readonly knows: readonly string[];
  readonly run: (pc: Pc, given: Given) => unknown;
}

const text = (given: Given, name: string): string => toText(given.get(name));
const words = (given: Given): string[] => {
  const loose = given.get("");
  return Array.isArray(loose) ? loose.map(toText) : [];
};

const cmdlet = (knows: readonly string[], run: Cmdlet["run"]): Cmdlet => ({ knows, run });

const ADMINISTRATORS = "S-1-5-32-544";

function administrators(given: Given): void {
  if (text(given, "sid") !== ADMINISTRATORS)
    throw new PowerShellError(`Group ${text(given, "sid")} was not found.`);
}

function ruleNamed(pc: Pc, given: Given): FirewallRule {
  const found = pc.firewall.find(({ Name }) => Name === text(given, "name"));
  if (!found) throw new PowerShellError("No MSFT_NetFirewallRule objects found.");
  return found;
}

function serviceNamed(pc: Pc, given: Given): Pc["services"][number] {
  const found = pc.services.find(({ Name }) => Name === text(given, "name"));
  if (!found)
    throw new PowerShellError(`Cannot find any service with service name '${text(given, "name")}'.`);
  return found;
}

/** Like Windows PowerShell's: what lies deeper than it was told becomes the name of its type. */
function json(value: unknown, depth: number): unknown {
  const deeper = (each: unknown) =>
    depth === 0 && typeof each === "object" && each !== null ? "System.Object" : json(each, depth - 1);
  if (Array.isArray(value)) return value.map(deeper);
  if (value instanceof Table)
    return Object.fromEntries(value.pairs().map(([key, each]) => [key, deeper(each)]));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deeper(each)]));
  return toJson(value);
}

const UNINSTALL = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall";
const VIRTUALBOX = "HKLM:\\SOFTWARE\\Oracle\\VirtualBox";

function install(pc: Pc, given: Given): object {
  const file = text(given, "filepath");
  const list = given.get("argumentlist");
  const args = Array.isArray(list) ? list.map(toText) : [];
  const [verb = "", what = ""] = args;
  if (file === "msiexec.exe" && verb === "/i") {
    pc.need(what.replaceAll('"', ""));
    pc.addServer("installer");
    return { ExitCode: 0 };
  }
  if (file === "msiexec.exe" && verb === "/x") {
    if (pc.products.delete(what)) {
      pc.extensionPacks.splice(0);
      return { ExitCode: 3010 };
    }
    pc.need(what.replaceAll('"', ""));
    pc.removeServer();
    return { ExitCode: 0 };
  }
  pc.need(file);
  pc.products.set("{0A1B2C3D-0000-0000-0000-000000000001}", "Oracle VirtualBox 7.2.4");
  return { ExitCode: 0 };
}

const CMDLETS: Readonly<Record<string, Cmdlet>> = {
  "add-localgroupmember": cmdlet(["sid", "member"], (pc, given) => {
    administrators(given);
    const name = `${pc.name}\\${text(given, "member")}`;
    pc.pcRule("member-once", pc.members.includes(name), `${name} is already a member of group.`);
    pc.members.push(name);
  }),
  "add-windowscapability": cmdlet(["online", "name"], (pc) => {
    pc.pcRule(
      "capability-from-updates",
      pc.updatesFromCompany,
      "Add-WindowsCapability に失敗しました。エラー コード = 0x800f0954",
    );
    pc.addServer("capability");
    return { RestartNeeded: false };
  }),
  "bcdedit.exe": cmdlet([""], (pc, given) => {
    const [verb, entry, name, value] = words(given);
    if (entry !== "{current}" || (name !== undefined && name !== "hypervisorlaunchtype"))
      throw new Error(`bcdedit ${words(given).join(" ")}`);
    if (verb === "/set") pc.launchType = { auto: "Auto", off: "Off" }[value ?? ""] ?? "";
    if (verb === "/deletevalue") pc.launchType = "";
    pc.pcRule("boot-value-absent");
    if (verb !== "/enum") return "この操作を正しく終了しました。";
    return [
      "Windows ブート ローダー",
      "identifier              {current}",
      ...(pc.launchType === "" ? [] : [`hypervisorlaunchtype    ${pc.launchType}`]),
    ];
  }),
  "convertto-json": cmdlet(["inputobject", "depth"], (_pc, given) =>
    JSON.stringify(json(given.get("inputobject"), Number(given.get("depth") ?? 2))),
  ),
  "copy-item": cmdlet(["literalpath", "destination", "force"], (pc, given) => {
    pc.file(text(given, "destination"), pc.need(text(given, "literalpath")).bytes);
  }),
  "disable-netfirewallrule": cmdlet(["name"], (pc, given) => {
    ruleNamed(pc, given).Enabled = "False";
  }),
  "disable-windowsoptionalfeature": cmdlet(["online", "featurename", "norestart"], (pc, given) => {
    pc.pcRule("features-after-restart");
    pc.features.set(text(given, "featurename"), "DisablePending");
  }),
  "enable-netfirewallrule": cmdlet(["name"], (pc, given) => {
    ruleNamed(pc, given).Enabled = "True";
  }),
  "enable-windowsoptionalfeature": cmdlet(["online", "featurename", "all", "norestart"], (pc, given) => {
    pc.pcRule(
      "features-with-parents",
      !pc.features.has(text(given, "featurename")),
      "Feature name is unknown.",
    );
    for (const [name, state] of pc.features) if (state === "Disabled") pc.features.set(name, "EnablePending");
  }),
  "get-acl": cmdlet(["literalpath"], (pc, given) => {
    const path = text(given, "literalpath");
    pc.need(path);
    const acl = {
      Sddl: pc.rightsOf(path),
      SetSecurityDescriptorSddlForm: (sddl: unknown) => {
        acl.Sddl = toText(sddl);
      },
    };
    return acl;
  }),
  "get-childitem": cmdlet(["literalpath"], (pc, given) => {
    const path = text(given, "literalpath");
    if (path === UNINSTALL)
      return [...pc.products].map(([number, name]) => ({
        PSChildName: number,
        GetValue: (key: unknown) => (key === "DisplayName" ? name : null),
      }));
    return pc.inside(path).map((each) => ({ Name: each.path.split("\\").at(-1) }));
  }),
  "get-ciminstance": cmdlet(["classname"], (pc, given) =>
    text(given, "classname") === "Win32_UserProfile"
      ? pc.profiles.map((SID) => ({ SID }))
      : runCmdlet(pc, "Get-CimInstance", given),
  ),
  "get-itemproperty": cmdlet(["literalpath"], (pc, given) => {
    const [version] = [...pc.products.values()].map((name) => name.split(" ").at(-1));
    if (text(given, "literalpath") !== VIRTUALBOX || version === undefined)
      throw new PowerShellError("Cannot find path.");
    return { Version: version, InstallDir: "C:\\Program Files\\Oracle\\VirtualBox" };
  }),
  "get-localgroupmember": cmdlet(["sid"], (pc, given) => {
    administrators(given);
    return pc.members.map((Name) => ({ Name }));
  }),
  "get-localuser": cmdlet([], (pc) => [...pc.users]),
  "get-netfirewallrule": cmdlet([], (pc) => pc.firewall.map(({ Name, Enabled }) => ({ Name, Enabled }))),
  "get-service": cmdlet([], (pc) => pc.services.map((each) => ({ ...each }))),
  "get-windowscapability": cmdlet(["online", "name"], (pc) => ({ State: pc.openSsh })),
  "get-windowsoptionalfeature": cmdlet(["online"], (pc) =>
    [...pc.features].map(([FeatureName, State]) => ({ FeatureName, State })),
  ),
  "icacls.exe": cmdlet([""], (pc, given) => {
    const [path = "", ...more] = words(given);
    const wanted = ["/inheritance:r", "/grant", `*${ADMINISTRATORS}:F`, "/grant", "*S-1-5-18:F"];
    if (more.join(" ") !== wanted.join(" ")) throw new Error(`icacls ${more.join(" ")}`);
    pc.need(path);
    pc.rights.set(path.toLowerCase(), "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)");
    return [];
  }),
  "new-localuser": cmdlet(
    ["name", "password", "accountneverexpires", "passwordneverexpires"],
    (pc, given) => {
      const Name = text(given, "name");
      pc.pcRule(
        "user-once",
        pc.users.some((each) => each.Name === Name),
        `User ${Name} already exists.`,
      );
      pc.users.push({ Name, SID: pc.newSid() });
    },
  ),
  "new-netfirewallrule": cmdlet(
    [
      "name",
      "displayname",
      "group",
      "direction",
      "action",
      "profile",
      "protocol",
      "icmptype",
      "localport",
      "remoteaddress",
    ],
    (pc, given) => {
      const Name = text(given, "name");
      pc.pcRule(
        "rule-names",
        pc.firewall.some((each) => each.Name === Name),
        "Cannot create a file when that file already exists.",
      );
      pc.firewall.push({ Name, Enabled: "True", made: Object.fromEntries(given) });
    },
  ),
  "remove-ciminstance": cmdlet(["inputobject"], (pc, given) => {
    const profile = given.get("inputobject");
    const sid = isObject(profile) ? toText(propertyOf(profile, "SID")?.value) : "";
    pc.profiles.splice(pc.profiles.indexOf(sid), 1);
  }),
  "remove-localgroupmember": cmdlet(["sid", "member"], (pc, given) => {
    administrators(given);
    const member = given.get("member");
    const name = isObject(member) ? toText(propertyOf(member, "Name")?.value) : toText(member);
    pc.members.splice(pc.members.indexOf(name), 1);
  }),
  "remove-localuser": cmdlet(["sid"], (pc, given) => {
    pc.pcRule("profile-stays");
    const index = pc.users.findIndex(({ SID }) => SID === text(given, "sid"));
    const [gone] = pc.users.splice(index, 1);
    // A member that is gone is listed as a bare number, and by no name.
    const own = pc.members.indexOf(`${pc.name}\\${gone?.Name}`);
    if (own >= 0) pc.members.splice(own, 1);
  }),
  "remove-netfirewallrule": cmdlet(["name"], (pc, given) => {
    pc.firewall.splice(pc.firewall.indexOf(ruleNamed(pc, given)), 1);
  }),
  "remove-windowscapability": cmdlet(["online", "name"], (pc) => {
    pc.removeServer();
    return { RestartNeeded: false };
  }),
  "restart-service": cmdlet(["name", "force"], (pc, given) => {
    serviceNamed(pc, given).Status = "Running";
    pc.startServer();
  }),
  "set-acl": cmdlet(["literalpath", "aclobject"], (pc, given) => {
    const acl = given.get("aclobject");
    pc.rights.set(
      text(given, "literalpath").toLowerCase(),
      isObject(acl) ? toText(propertyOf(acl, "Sddl")?.value) : "",
    );
  }),
  "set-service": cmdlet(["name", "startuptype"], (pc, given) => {
    serviceNamed(pc, given).StartType = text(given, "startuptype");
  }),
  "start-process": cmdlet(["filepath", "argumentlist", "wait", "passthru", "windowstyle"], install),
  "start-service": cmdlet(["name"], (pc, given) => {
    serviceNamed(pc, given).Status = "Running";
    pc.startServer();
  }),
  "stop-service": cmdlet(["name", "force"], (pc, given) => {
    serviceNamed(pc, given).Status = "Stopped";
  }),
  "test-path": cmdlet(["literalpath"], (pc, given) => {
    const path = text(given, "literalpath");
    if (path === VIRTUALBOX) return pc.products.size > 0;
    return path === UNINSTALL || runCmdlet(pc, "Test-Path", given)[0];
  }),
  "c:\\program files\\oracle\\virtualbox\\vboxmanage.exe": cmdlet([""], (pc, given) => {
    const [verb, what, ...more] = words(given);
    if (verb === "list" && what === "extpacks")
      return [
        `Extension Packs: ${pc.extensionPacks.length}`,
        ...pc.extensionPacks.map((name, index) => `Pack no. ${index}:   ${name}`),
      ];
    if (verb === "extpack" && what === "install" && isTrue(more[0]?.startsWith("--accept-license="))) {
      pc.extensionPacks.push("Oracle VirtualBox Extension Pack");
      return [];
    }
    if (verb === "extpack" && what === "uninstall") {
      pc.extensionPacks.splice(pc.extensionPacks.indexOf(more[0] ?? ""), 1);
      return [];
    }
    throw new Error(`VBoxManage ${words(given).join(" ")}`);
  }),
};

/** The password that a cmdlet was given. @throws PowerShellError for one of fewer than three kinds of characters */
export function passwordIn(given: Given): string {
  const secret = given.get("password");
  const found = isObject(secret) ? toText(propertyOf(secret, "Text")?.value) : "";
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(found)).length;
  if (kinds < 3) throw new PowerShellError("The password does not meet the password policy requirements.");
  return found;
}

/** Runs a cmdlet on a PC. @throws Error for what the stand-in was not taught */
export function runPcCmdlet(pc: Pc, name: string, given: Given): readonly unknown[] {
  const found = CMDLETS[name.toLowerCase()];
  if (!found) return runCmdlet(pc, name, given);
  const unknown = [...given.keys()].find((key) => !found.knows.includes(key));
  if (unknown !== undefined) throw new Error(`the stand-in was not taught -${unknown} of ${name}`);
  const value = found.run(pc, given);
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

const utf8 = (pc: Pc, path: unknown): string => pc.need(toText(path)).bytes.toString("utf8");

const MEMBERS: Readonly<Record<string, (pc: Pc, args: readonly unknown[]) => unknown>> = {
  "IO.Directory::CreateDirectory": (pc, [path]) => pc.folder(toText(path)),
  "IO.File::Delete": (pc, [path]) => pc.remove(toText(path)),
  "IO.File::ReadAllLines": (pc, [path]) =>
    utf8(pc, path)
      .split(/\r?\n/)
      .filter((line, index, all) => line !== "" || index < all.length - 1),
  "IO.File::ReadAllText": (pc, [path]) => utf8(pc, path),
  "IO.File::Replace": (pc, [from, to, kept]) => {
    // A copy that is there already is replaced (System.IO.File.Replace).
    if (pc.entry(toText(kept))) pc.remove(toText(kept));
    pc.move(toText(to), toText(kept));
    pc.move(toText(from), toText(to));
  },
  "IO.File::WriteAllLines": (pc, [path, lines]) => {
    const all = Array.isArray(lines) ? lines.map(toText) : [toText(lines)];
    pc.file(toText(path), Buffer.from(all.map((line) => `${line}\r\n`).join("")));
  },
  "IO.File::WriteAllText": (pc, [path, content]) => {
    pc.file(toText(path), Buffer.from(toText(content)));
  },
  "Security.Cryptography.RandomNumberGenerator::Create": () => ({ GetBytes: () => undefined }),
  // It tells what was put into it.
  "Security.SecureString::new": () => {
    const secret = {
      Text: "",
      AppendChar: (character: unknown) => {
        secret.Text += toText(character);
      },
    };
    return secret;
  },
  "Text.UTF8Encoding::new": () => ({}),
  "byte[]::new": (_pc, [length]) => Buffer.alloc(Number(length)),
};

/** A static member of .NET on a PC. @throws Error for what the stand-in was not taught */
export function pcMember(pc: Pc, type: string, name: string, args: readonly unknown[] | undefined): unknown {
  const member = MEMBERS[`${type}::${name}`];
  return member ? member(pc, args ?? []) : staticMember(pc, type, name, args);
}
