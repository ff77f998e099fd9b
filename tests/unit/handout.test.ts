import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderVagrantfile } from "../../course/vagrantfile";
import { writeHandout } from "../../operations/handout";
import { planOf } from "./labs";

const place = mkdtempSync(join(tmpdir(), "classlab-handout-"));
const before = process.env.CLASSLAB_HOME;
beforeAll(() => {
  process.env.CLASSLAB_HOME = join(place, "home");
  mkdirSync(join(place, "home/keys/lab"), { recursive: true });
  writeFileSync(join(place, "home/keys/lab/team-02"), "KEY\n");
});
afterAll(() => {
  if (before === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = before;
  rmSync(place, { recursive: true });
});

const server = {
  kind: "existing",
  name: "server",
  address: "198.51.100.7",
  user: "learner",
  os: "windows",
  windows: "pro",
  shared: true,
};
const plan = planOf("lab", {
  target: "virtualbox",
  teams: 2,
  hosts: [server],
  guests: [{ name: "web", adapters: [{ switch: "lan" }] }],
});

test("each team has a folder with its Vagrantfile, its way to the server and to its guests, and its key once there is one", () => {
  const written = writeHandout(plan, join(place, "out"), []);
  expect(written).toEqual([
    { team: "team-01", folder: join(place, "out/team-01"), files: ["Vagrantfile", "server.rdp", "config"] },
    {
      team: "team-02",
      folder: join(place, "out/team-02"),
      files: ["Vagrantfile", "server.rdp", "config", "classlab-lab-team-02"],
    },
  ]);
  const read = (name: string) => readFileSync(join(place, "out/team-02", name));
  expect(read("Vagrantfile").toString()).toBe(renderVagrantfile(plan, { id: "team-02" }, "virtualbox"));
  expect(read("server.rdp").subarray(0, 2)).toEqual(Buffer.from([0xff, 0xfe]));
  expect(read("server.rdp").toString("utf16le")).toContain("full address:s:198.51.100.7\r\n");
  expect(read("config").toString()).toContain('IdentityFile "~/.ssh/classlab-lab-team-02"\r\n');
  expect(read("classlab-lab-team-02").toString()).toBe("KEY\n");
  expect(statSync(join(place, "out/team-02/classlab-lab-team-02")).mode & 0o777).toBe(0o600);
});

test("the Compose file of each stack is in a folder by guest and stack", () => {
  const guests = [{ name: "web", adapters: [{ switch: "lan" }], docker: [{ kind: "nginx", port: 8080 }] }];
  const docker = planOf("lab", { teams: 1, guests });
  const [written] = writeHandout(docker, join(place, "compose"), []);
  expect(written?.files).toContain("web/nginx/compose.yaml");
  expect(readFileSync(join(place, "compose/team-01/web/nginx/compose.yaml"), "utf8")).toContain(
    '- "8080:80"',
  );
});

test("one team alone; a team that is not there, and a folder that cannot be written, are named", () => {
  expect(writeHandout(plan, join(place, "one"), ["team-01"]).map(({ team }) => team)).toEqual(["team-01"]);
  expect(() => writeHandout(plan, place, ["team-3"])).toThrow(
    "--team team-3: the lab has no such team. Expected one of team-01, team-02. [unknown-team]",
  );
  writeFileSync(join(place, "file"), "");
  expect(() => writeHandout(plan, join(place, "file"), [])).toThrow(/^--out .*\[report-unwritable\]$/);
});
