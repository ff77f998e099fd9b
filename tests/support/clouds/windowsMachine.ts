import { parsePowerShell } from "../../powershell/parser";
import { CloudServer } from "../windows/learner";
import { pcMember, runPcCmdlet } from "../windows/pcCmdlets";
import { PowerShell } from "../windows/powershell";
import { compilePump } from "../windows/pump";
import { StandInWindows } from "../windows/standIn";
import type { Boot, Machines } from "./index";

/** User of Amazon's images of Windows. */
const ADMINISTRATOR = "Administrator";

/** Windows Server 2025 as Amazon's image begins: a server in a virtual machine, with OpenSSH's server there and not running (Microsoft, "OpenSSH for Windows overview"). */
class Server extends CloudServer {
  constructor() {
    super();
    this.addServer("capability");
  }

  /** It runs under the cloud's. */
  override get hypervisor(): boolean {
    return true;
  }
}

/** What EC2Launch v2 runs: what is between these marks (Amazon EC2 User Guide, "Run commands on your EC2 instance during launch"). */
const SCRIPT = /^<powershell>\n([\s\S]*)<\/powershell>\n$/;

/** Milliseconds that a machine takes until it answers. */
const BOOT = 1000;

/**
 * A Windows host as the one machine of a stand-in for Amazon: its user data is run on a model of Windows, and its SSH server knows by then what that says, and nothing else.
 * It proves nothing of EC2Launch, nor of Windows.
 */
export class WindowsMachine implements Machines {
  readonly address = "127.77.0.1";
  /** True where the cloud takes the option of nested virtualization and does nothing with it. */
  passesOver = false;
  /** The host, while the machine stands. */
  host: StandInWindows | undefined;
  private boot: Promise<void> = Promise.resolve();

  /** @param web what a web server has, by address */
  constructor(private readonly web: ReadonlyMap<string, Buffer>) {}

  /** It boots with its user data, and answers some time later. */
  async begin({ userData, nested }: Boot): Promise<void> {
    await this.end();
    const pump = await compilePump();
    const [, script] = SCRIPT.exec(userData) ?? [];
    if (script === undefined) throw new Error("the user data is no script that EC2Launch runs");
    const server = new Server();
    server.nests = nested && !this.passesOver;
    for (const [address, bytes] of this.web) server.web.set(address, bytes);
    const order = /\[string\]\$Order = '([^']*)'/.exec(script)?.[1] ?? "";
    const shell = new PowerShell(
      {
        cmdlet: (name, given) => runPcCmdlet(server, name, given),
        member: (type, name, args) => pcMember(server, type, name, args),
      },
      { "env:programdata": "C:\\ProgramData", order },
    );
    shell.load(await parsePowerShell(script));
    const textOf = (name: string) => server.need(`C:\\ProgramData\\ssh\\${name}`).bytes.toString("utf8");
    const hostKey = {
      privateKey: textOf("ssh_host_ed25519_key"),
      publicKey: textOf("ssh_host_ed25519_key.pub"),
    };
    const place = { address: this.address, port: 22, user: ADMINISTRATOR, hostKey };
    this.boot = new Promise((resolve, reject) => {
      setTimeout(() => {
        StandInWindows.start(server, pump, place).then((host) => {
          host.letInAsPc(server);
          this.host = host;
          resolve();
        }, reject);
      }, BOOT);
    });
  }

  /** Starting again was not needed of it. */
  resume(): Promise<void> {
    return Promise.reject(new Error("the stand-in was not taught to start again"));
  }

  /** It is gone, with all that was on it. */
  async end(): Promise<void> {
    await this.boot;
    await this.host?.stop();
    this.host = undefined;
  }
}
