import { connect } from "node:net";
import { stringify } from "yaml";
import { MODE_TRAITS, type SwitchMode } from "../../course/modes";
import { execute, output } from "../support/cli";
import { containerIds } from "../support/snapshot";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// Two teams with two guests each, moved through every mode by configuration alone, and what they reach each time, measured
// from inside them and from this machine. Outside is a stand-in on this machine.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

/** What each mode lets through on the containers target (course.md, "Adapter modes"). */
const EXPECTED: Readonly<Record<SwitchMode, Readonly<Record<string, boolean>>>> = {
  bridged: { toHost: true, fromHost: true, mate: true, otherTeam: true, internet: true },
  "nat-network": { toHost: true, fromHost: true, mate: true, otherTeam: false, internet: true },
  nat: { toHost: true, fromHost: false, mate: false, otherTeam: false, internet: true },
  "host-only": { toHost: true, fromHost: true, mate: true, otherTeam: false, internet: false },
  internal: { toHost: false, fromHost: false, mate: true, otherTeam: false, internet: false },
};

/** All subnets of the lab, 192.168.170.0 to 192.168.190.255, and some more. */
const BEYOND = "192.168.160.0/19";

suite("the modes", () => {
  const modes = Object.keys(EXPECTED) as SwitchMode[];
  const subnet = (mode: SwitchMode) => `192.168.${170 + 4 * modes.indexOf(mode)}`;
  const lab = new TestLab(
    "imodes",
    stringify({
      config: {
        "classlab:lab": {
          units: "one",
          teams: 2,
          verify: {
            internetProbe: {
              pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }],
            },
          },
          switches: modes.map((mode) => ({ name: mode, mode, subnet: `${subnet(mode)}.0/24` })),
          guests: ["one", "two"].map((name) => ({ name, adapters: [{ switch: "bridged" }] })),
        },
      },
    }),
  );
  const guests = ["team-01-one", "team-01-two", "team-02-one", "team-02-two"].map((name) => `imodes-${name}`);
  let internet: StandInInternet;
  let open: () => Promise<void>;
  let ids: string[];
  let started: string;
  const starts = () => output("docker", ["container", "inspect", "-f", "{{.State.StartedAt}}", ...guests]);

  beforeAll(async () => {
    // What no bridge of the lab leads to stays on this machine.
    open = await blackhole(BEYOND);
    internet = await StandInInternet.start();
    await lab.up();
    ids = await containerIds(guests);
    started = await starts();
  }, 20 * 60_000);

  afterAll(async () => {
    await lab.dispose();
    await internet.stop();
    await open();
  }, 240_000);

  const pings = async (address: string, guest: string) =>
    (await execute("docker", ["exec", guest, "ping", "-n", "-c", "1", "-W", "1", address])).code === 0;

  /**
   * Whether a guest's SSH server greets this machine; not every machine has ping. A connection alone proves nothing: what
   * lies behind the default route may accept any.
   */
  const connects = (address: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port: 22, timeout: 1_500 });
      const end = (reached: boolean) => {
        socket.destroy();
        resolve(reached);
      };
      socket.once("data", (data) => end(data.toString().startsWith("SSH-2.0-")));
      socket.once("close", () => end(false));
      socket.once("error", () => end(false));
      socket.once("timeout", () => end(false));
    });

  async function measured(mode: SwitchMode): Promise<Record<string, boolean>> {
    const net = subnet(mode);
    const [first = "", , third = ""] = guests;
    const [own, mate] = [0, 1].map((index) => `${net}.${MODE_TRAITS[mode].firstGuest + index}`);
    const other = MODE_TRAITS[mode].shared
      ? `${net}.100`
      : `192.168.${171 + 4 * modes.indexOf(mode)}.${MODE_TRAITS[mode].firstGuest}`;
    // The addresses are the guests' own, so that what is not reached is there all the same.
    const has = async (guest: string, address = "") =>
      (await execute("docker", ["exec", guest, "ip", "-o", "-4", "address"])).stdout.includes(` ${address}/`);
    expect(await has(first, own)).toBe(true);
    expect(await has(third, other)).toBe(true);
    return {
      toHost: await pings(`${net}.1`, first),
      fromHost: await connects(own ?? ""),
      mate: await pings(mate ?? "", first),
      otherTeam: await pings(other, first),
      internet:
        (
          await execute("docker", [
            "exec",
            first,
            "curl",
            "-sf",
            "-m",
            "2",
            `http://${StandInInternet.address}/`,
          ])
        ).stdout === "stand-in internet",
    };
  }

  test.each(modes)(
    "%s: what is reached and what is not, with guests that run on",
    async (mode) => {
      lab.edit((document) => {
        for (const guest of document.guests) guest.adapters = [{ switch: mode }];
      });
      const document = await lab.up();
      expect(await measured(mode)).toEqual(EXPECTED[mode]);
      expect(await containerIds(guests)).toEqual(ids);
      expect(await starts()).toBe(started);
      const { code, report } = await verified(lab);
      expect(redRows(report)).toEqual({});
      expect(code).toBe(0);
      const { same: _same, ...changes } = document.units[0]?.changes ?? {};
      expect(changes).toEqual(mode === "bridged" ? {} : { update: 4 });
      expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
    },
    180_000,
  );

  test("what a mode needs inside a guest is there again after a restart", async () => {
    lab.edit((document) => {
      for (const guest of document.guests) guest.adapters = [{ switch: "nat" }];
    });
    await lab.up();
    const [first = ""] = guests;
    await execute("docker", ["restart", first]);
    await lab.up();
    expect(await measured("nat")).toEqual(EXPECTED.nat);
  }, 180_000);
});
