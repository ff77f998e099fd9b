import { stringify } from "yaml";
import type { SwitchMode } from "../../course/modes";
import { output } from "../support/cli";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// A switch's own mode and subnet change while guests are on it: it is made anew, they run on and are connected again.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const GUESTS = ["team-01-a", "team-01-b", "team-02-a", "team-02-b"];

type Step = readonly [mode: SwitchMode, subnet: string];

// A subnet goes from the switch that all share to the first team's own and back, and from one team's own to the next's.
const ALL: readonly Step[] = [
  ["bridged", "192.168.152.0/24"],
  ["internal", "192.168.152.0/24"],
  ["nat", "192.168.152.0/24"],
  ["host-only", "192.168.152.0/24"],
  ["internal", "192.168.154.0/24"],
  ["internal", "192.168.155.0/24"],
  ["bridged", "192.168.150.0/24"],
];
// In one stack the removed and the made switch meet in one run; the rest is alike.
const IN_ONE: readonly Step[] = [
  ["internal", "192.168.150.0/24"],
  ["internal", "192.168.151.0/24"],
  ["bridged", "192.168.150.0/24"],
];

suite.each([
  ["one", IN_ONE],
  ["per-team", ALL],
] as const)("switches that change, units: %s", (units, steps) => {
  const name = units === "one" ? "isone" : "isper";
  const lab = new TestLab(
    name,
    stringify({
      config: {
        "classlab:lab": {
          units,
          teams: 2,
          verify: {
            internetProbe: {
              pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }],
            },
          },
          switches: [{ name: "net", mode: "bridged", subnet: "192.168.150.0/24" }],
          guests: ["a", "b"].map((guest) => ({ name: guest, adapters: [{ switch: "net" }] })),
        },
      },
    }),
  );
  const lives = () =>
    output("docker", [
      "container",
      "inspect",
      "-f",
      "{{.Id}} {{.State.StartedAt}}",
      ...GUESTS.map((guest) => `${name}-${guest}`),
    ]);
  let internet: StandInInternet;
  let open: () => Promise<void>;
  let before: string;

  beforeAll(async () => {
    open = await blackhole("192.168.128.0/19");
    internet = await StandInInternet.start();
    await lab.up();
    before = await lives();
  }, 10 * 60_000);

  afterAll(async () => {
    await lab.dispose();
    await internet.stop();
    await open();
  }, 240_000);

  test.each(steps)(
    "to %s with %s: guests run on, verify is green, and nothing is left to do",
    async (mode, subnet) => {
      lab.edit((document) => {
        document.switches = [{ name: "net", mode, subnet }];
      });
      await lab.up();
      expect(await lives()).toBe(before);
      const { code, report } = await verified(lab);
      expect(redRows(report)).toEqual({});
      expect(code).toBe(0);
      const again = await lab.up();
      expect(again.units.map(({ changes }) => Object.keys(changes))).toEqual(again.units.map(() => ["same"]));
    },
    120_000,
  );
});
