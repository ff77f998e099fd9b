import { Windows } from "./model";
import { PowerShellError } from "./values";

/**
 * What the stand-in knows of what makes a Windows PC a host, rule by rule, each with the page that says so (learn.microsoft.com, by title, where no
 * other is named). Whatever is not here it refuses.
 */
export const PC_RULES = {
  "capability-from-updates": [
    "a capability is fetched from Windows Update, or from what a policy names in its place, and without either it ends with 0x800f0954",
    "Add-WindowsCapability; Features on Demand: how to make them available with WSUS",
  ],
  "capability-brings-server": [
    "OpenSSH Server brings the service sshd, stopped and started by hand, and a rule that lets in whoever there is",
    "Get started with OpenSSH Server for Windows",
  ],
  "installer-brings-server": [
    "OpenSSH's installer brings the service sshd, running and started with Windows",
    "Win32-OpenSSH, wiki: Install Win32 OpenSSH using MSI",
  ],
  "removal-takes-service": [
    "what brought the service takes it away again",
    "Remove-WindowsCapability; MsiExec",
  ],
  "key-file-rights": [
    "sshd passes over the administrators' key file where others than Administrators and SYSTEM may write it",
    "Key-based authentication in OpenSSH for Windows",
  ],
  "user-once": ["a local user of a name is made once", "New-LocalUser"],
  "member-once": ["a member is added once", "Add-LocalGroupMember"],
  "profile-stays": [
    "a user's folder stays when the user is removed, until its profile is",
    "Remove-LocalUser",
  ],
  "rule-names": ["rules of the firewall have names that are theirs alone", "New-NetFirewallRule"],
  "features-with-parents": [
    "a feature that is enabled with all brings those that it needs and those that need nothing more",
    "Enable-WindowsOptionalFeature, All",
  ],
  "features-after-restart": [
    "features come and go with a restart",
    "Enable-WindowsOptionalFeature; Disable-WindowsOptionalFeature",
  ],
  "boot-value-absent": ["a boot setting that was never set is not told", "BCDEdit"],
  "boot-value-at-start": [
    "the hypervisor is started with Windows, where something of it is on, unless its launch type is off",
    "Virtualization applications don't work together with Hyper-V",
  ],
} as const satisfies Readonly<Record<string, readonly [rule: string, source: string]>>;

/** Name of a rule. */
export type PcRule = keyof typeof PC_RULES;

/** A service. */
export interface Service {
  readonly Name: string;
  StartType: string;
  Status: "Running" | "Stopped";
}

/** A rule of the firewall, with what it was made with. */
export interface FirewallRule {
  readonly Name: string;
  Enabled: "True" | "False";
  readonly made: Readonly<Record<string, unknown>>;
}

/** Optional features of Hyper-V on a client, the one that has the others below it first. */
const HYPERV_FEATURES = [
  "Microsoft-Hyper-V-All",
  "Microsoft-Hyper-V",
  "Microsoft-Hyper-V-Tools-All",
  "Microsoft-Hyper-V-Management-PowerShell",
];

/** What Windows keeps the rights of a new file below ProgramData as. */
const INHERITED = "O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)";

/** The key file of all administrators. */
export const KEY_FILE = "C:\\ProgramData\\ssh\\administrators_authorized_keys";

/** A PC that is to become a host: what enrolling could change of it. */
export class Pc extends Windows {
  /** Whether a server of the company gives updates, and no optional features. */
  updatesFromCompany = false;
  openSsh: "NotPresent" | "Installed" = "NotPresent";
  readonly services: Service[] = [];
  readonly users: { readonly Name: string; readonly SID: string }[] = [];
  /** Of the group Administrators. */
  readonly members: string[] = [];
  /** SIDs of users that have folders. */
  readonly profiles: string[] = [];
  readonly firewall: FirewallRule[] = [];
  readonly features = new Map<string, string>(HYPERV_FEATURES.map((name) => [name, "Disabled"]));
  /** Empty where it was never set. */
  launchType = "";
  /** By the number that Windows Installer gave them. */
  readonly products = new Map<string, string>();
  /** Of files with rights of their own. */
  readonly rights = new Map<string, string>();
  readonly extensionPacks: string[] = [];
  readonly pcRules = new Set<PcRule>();
  private made = 1000;
  private started = false;

  constructor() {
    super();
    this.feature = "Disabled";
    this.folder("C:\\ProgramData\\ssh");
    this.members.push(`${this.name}\\owner`);
    this.users.push({ Name: "owner", SID: this.newSid() });
    this.firewall.push({ Name: "RemoteDesktop-In-TCP", Enabled: "False", made: {} });
    this.folder("E:\\classlab");
  }

  /** Notes that a rule was applied; refuses where it says so. */
  pcRule(name: PcRule, broken = false, words = ""): void {
    this.pcRules.add(name);
    if (broken) throw new PowerShellError(words);
  }

  newSid(): string {
    this.made += 1;
    return `S-1-5-21-1-2-3-${this.made}`;
  }

  rightsOf(path: string): string {
    return this.rights.get(path.toLowerCase()) ?? INHERITED;
  }

  /** Brings OpenSSH's server, as the capability or the installer does. */
  addServer(by: "capability" | "installer"): void {
    if (by === "capability") {
      this.pcRule("capability-brings-server");
      this.openSsh = "Installed";
      this.firewall.push({ Name: "OpenSSH-Server-In-TCP", Enabled: "True", made: { RemoteAddress: "Any" } });
    } else this.pcRule("installer-brings-server");
    this.services.push(
      by === "capability"
        ? { Name: "sshd", StartType: "Manual", Status: "Stopped" }
        : { Name: "sshd", StartType: "Automatic", Status: "Running" },
    );
  }

  removeServer(): void {
    this.pcRule("removal-takes-service");
    this.openSsh = "NotPresent";
    this.services.splice(0);
    const open = this.firewall.findIndex(({ Name }) => Name === "OpenSSH-Server-In-TCP");
    if (open >= 0) this.firewall.splice(open, 1);
  }

  /** Starts sshd: it makes its key at its first start. */
  startServer(): void {
    const file = "C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub";
    if (!this.entry(file)) this.file(file, Buffer.from("ssh-ed25519 AAAAHOST system@pc\r\n"));
  }

  /** Whether sshd lets in who has a key, as an administrator. */
  letsIn(key: string): boolean {
    const file = this.entry(KEY_FILE);
    this.pcRule("key-file-rights");
    return (
      this.services.some(({ Name, Status }) => Name === "sshd" && Status === "Running") &&
      this.rightsOf(KEY_FILE) !== INHERITED &&
      (file?.bytes.toString("utf8").split(/\r?\n/).includes(key) ?? false)
    );
  }

  override remove(path: string): void {
    super.remove(path);
    this.rights.delete(path.toLowerCase());
  }

  override restart(): void {
    this.pcRule("features-after-restart");
    for (const [name, state] of this.features)
      this.features.set(
        name,
        state.replace("EnablePending", "Enabled").replace("DisablePending", "Disabled"),
      );
    super.restart();
    this.pcRule("boot-value-at-start");
    this.started = this.managed && this.launchType !== "Off";
  }

  override get managed(): boolean {
    return super.managed || this.features.get("Microsoft-Hyper-V") === "Enabled";
  }

  override get hypervisor(): boolean {
    return this.started;
  }

  /** All that enrolling could change, for comparing. */
  picture(): object {
    const files = [...this.allFiles()].sort(([a], [b]) => a.localeCompare(b));
    return {
      files,
      openSsh: this.openSsh,
      services: this.services.map((each) => ({ ...each })),
      users: this.users.map(({ Name }) => Name),
      members: [...this.members],
      profiles: [...this.profiles],
      firewall: this.firewall.map(({ Name, Enabled }) => `${Name} ${Enabled}`),
      features: Object.fromEntries(this.features),
      launchType: this.launchType,
      products: [...this.products.values()],
      extensionPacks: [...this.extensionPacks],
      rights: Object.fromEntries(this.rights),
    };
  }
}
