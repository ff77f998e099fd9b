import { KEY_FILE, Pc } from "./pc";
import { passwordIn, runPcCmdlet } from "./pcCmdlets";
import { PowerShellError, toNumber, toText } from "./values";

type Given = ReadonlyMap<string, unknown>;

/** A network card of a guest with Windows, and what it is set to. */
interface Card {
  readonly ifIndex: number;
  /** With hyphens, in capitals (Get-NetAdapter). */
  readonly MacAddress: string;
  dhcp: boolean;
  addresses: string[];
  gateway: string;
  dns: string[];
}

/**
 * A guest with Windows whose first start is done, as far as its module changes it. What it refuses, by learn.microsoft.com: an address or a route that is there already
 * (New-NetIPAddress, New-NetRoute: "already exists"), an account that is not there (Set-LocalUser), a password of fewer than three kinds of characters ("Passwords must
 * meet complexity requirements").
 */
export class WindowsGuest extends Pc {
  readonly cards: Card[] = [];
  /** Of accounts, in clear. */
  readonly passwords = new Map<string, string>();
  restarts = 0;

  constructor(macs: readonly string[]) {
    super();
    this.folder("C:\\ProgramData\\classlab");
    this.file("C:\\ProgramData\\classlab\\started", Buffer.from("done"));
    this.addServer("capability");
    this.startServer();
    this.file(KEY_FILE, Buffer.from("ssh-ed25519 FIRST\r\n"));
    this.users.push(
      { Name: "classlab", SID: this.newSid() },
      { Name: "Administrator", SID: "S-1-5-21-1-2-3-500" },
    );
    macs.forEach((MacAddress, index) => {
      this.cards.push({ ifIndex: index + 5, MacAddress, dhcp: true, addresses: [], gateway: "", dns: [] });
    });
  }

  card(given: Given): Card {
    const found = this.cards.find(({ ifIndex }) => ifIndex === toNumber(given.get("interfaceindex")));
    if (!found) throw new PowerShellError("No MSFT_NetAdapter objects found.");
    return found;
  }
}

function password(guest: WindowsGuest, given: Given): void {
  guest.passwords.set(toText(given.get("name")), passwordIn(given));
}

const CMDLETS: Readonly<
  Record<string, readonly [knows: readonly string[], run: (guest: WindowsGuest, given: Given) => unknown]>
> = {
  "new-localuser": [
    ["name", "password", "accountneverexpires", "passwordneverexpires"],
    (guest, given) => {
      password(guest, given);
      runPcCmdlet(guest, "New-LocalUser", given);
    },
  ],
  "set-localuser": [
    ["name", "password"],
    (guest, given) => {
      const name = toText(given.get("name"));
      if (!guest.users.some(({ Name }) => Name === name))
        throw new PowerShellError(`User ${name} was not found.`);
      password(guest, given);
    },
  ],
  "restart-service": [
    ["name", "force"],
    (guest) => {
      guest.restarts += 1;
    },
  ],
  "icacls.exe": [[""], (guest, given) => runPcCmdlet(guest, "icacls.exe", given)],
  "get-netadapter": [[], (guest) => guest.cards.map(({ ifIndex, MacAddress }) => ({ ifIndex, MacAddress }))],
  "set-netipinterface": [
    ["interfaceindex", "addressfamily", "dhcp"],
    (guest, given) => {
      guest.card(given).dhcp = toText(given.get("dhcp")) === "Enabled";
    },
  ],
  "get-netipaddress": [
    [],
    (guest) =>
      guest.cards.flatMap(({ ifIndex, addresses }) =>
        addresses.map((each) => ({
          InterfaceIndex: ifIndex,
          AddressFamily: "IPv4",
          IPAddress: each.split("/")[0],
        })),
      ),
  ],
  "remove-netipaddress": [
    ["interfaceindex", "ipaddress"],
    (guest, given) => {
      const card = guest.card(given);
      card.addresses = card.addresses.filter(
        (each) => !each.startsWith(`${toText(given.get("ipaddress"))}/`),
      );
    },
  ],
  "new-netipaddress": [
    ["interfaceindex", "addressfamily", "ipaddress", "prefixlength"],
    (guest, given) => {
      const address = `${toText(given.get("ipaddress"))}/${toText(given.get("prefixlength"))}`;
      if (guest.cards.some(({ addresses }) => addresses.includes(address)))
        throw new PowerShellError("Instance MSFT_NetIPAddress already exists");
      guest.card(given).addresses.push(address);
    },
  ],
  "get-netroute": [
    [],
    (guest) =>
      guest.cards.flatMap(({ ifIndex, gateway }) =>
        gateway ? [{ InterfaceIndex: ifIndex, DestinationPrefix: "0.0.0.0/0" }] : [],
      ),
  ],
  "remove-netroute": [
    ["interfaceindex", "destinationprefix"],
    (guest, given) => {
      guest.card(given).gateway = "";
    },
  ],
  "new-netroute": [
    ["interfaceindex", "destinationprefix", "nexthop"],
    (guest, given) => {
      const card = guest.card(given);
      if (card.gateway) throw new PowerShellError("Instance MSFT_NetRoute already exists");
      card.gateway = toText(given.get("nexthop"));
    },
  ],
  "set-dnsclientserveraddress": [
    ["interfaceindex", "serveraddresses"],
    (guest, given) => {
      const list = given.get("serveraddresses");
      guest.card(given).dns = Array.isArray(list) ? list.map(toText) : [toText(list)];
    },
  ],
};

/** Runs a cmdlet in a guest. @throws Error for what the stand-in was not taught */
export function runGuestCmdlet(guest: WindowsGuest, name: string, given: Given): readonly unknown[] {
  const found = CMDLETS[name.toLowerCase()];
  if (!found) return runPcCmdlet(guest, name, given);
  const [knows, run] = found;
  const unknown = [...given.keys()].find((key) => !knows.includes(key));
  if (unknown !== undefined) throw new Error(`the stand-in was not taught -${unknown} of ${name}`);
  const value = run(guest, given);
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
