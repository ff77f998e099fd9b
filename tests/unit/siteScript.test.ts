import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { clientProxies, resolverText, siteFiles } from "../../components/hypervisors/containers/siteFiles";
import {
  renderSite,
  renderSiteSettings,
  siteFilesLeft,
} from "../../components/hypervisors/containers/siteScript";
import type { SiteSettings } from "../../course/siteSettings";
import { FakeShell, record, type ShellRun } from "./shell";

// The script is run for real, with a guest's folders and its programs stood in for. What these tests do not prove: what sshd, apt,
// sudo, the resolver and a real Docker Engine make of the files; tests/integration/site.test.ts does.
const PEM = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";
const NONE: SiteSettings = { dns: [], ntp: [], registry: { hosts: [] } };
const PROXY: SiteSettings = {
  ...NONE,
  proxy: { http: "http://it's:8080", https: "http://b:8080", except: ["localhost", ".example"] },
};
const DNS: SiteSettings = { ...NONE, dns: ["10.0.0.2", "10.0.0.3"] };
const CA: SiteSettings = { ...NONE, caCertificate: PEM };
const DOCKERS_OWN = "nameserver 127.0.0.11\noptions ndots:0\n";
const CONFIG = "home/ubuntu/.docker/config.json";
const STORE = "etc/classlab/site.sum";

/** A guest's file system below a folder. */
class Guest {
  readonly fake = new FakeShell("exit 9\n");
  private readonly root = join(this.fake.folder, "root");

  constructor() {
    this.fake.program("mountpoint", `#!/bin/sh\n[ -e "$FAKE/disk-mounted" ]\n`);
    this.fake.program("update-ca-certificates", record("update-ca-certificates"));
    this.write("etc/classlab/channel_keys", "");
    this.write("etc/resolv.conf", DOCKERS_OWN);
    mkdirSync(join(this.root, "root"), { recursive: true });
    mkdirSync(join(this.root, "home/ubuntu"), { recursive: true });
    mkdirSync(join(this.root, "disk"), { recursive: true });
  }

  /** Text with the guest's paths moved below the folder. */
  here(text: string): string {
    return text.replace(
      /(?<![\w.}/-])\/(etc|usr\/local\/share|root|home|disk|run|var)\b/g,
      `${this.root}/$1`,
    );
  }

  read = (path: string) => this.fake.read(`root/${path}`);
  has = (path: string) => this.fake.has(`root/${path}`);
  write(path: string, text: string): void {
    this.fake.write(`root/${path}`, text);
  }
  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }
  mode = (path: string) => statSync(join(this.root, path)).mode & 0o777;
  path = (path: string) => join(this.root, path);

  run(settings: SiteSettings, word = "apply"): ShellRun {
    this.fake.write("calls", "");
    const result = spawnSync("sh", ["-s", "--", word], {
      input: this.here(renderSiteSettings(settings)),
      encoding: "utf8",
      cwd: this.fake.folder,
      env: { PATH: `${this.fake.folder}/bin:/usr/bin:/bin`, FAKE: this.fake.folder, LC_ALL: "C.UTF-8" },
      timeout: 15_000,
    });
    return {
      code: result.status,
      stdout: result.stdout,
      stderr: result.stderr,
      calls: this.fake.read("calls").split("\n").filter(Boolean),
    };
  }
}

let guest: Guest;
beforeEach(() => {
  guest = new Guest();
});
afterEach(() => FakeShell.disposeAll());

/** The files left, as paths in the guest. */
function left(run: ShellRun): string[] {
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(run.stdout)).toMatchObject({ clock: "host" });
  return siteFilesLeft(run.stdout).map((path) => path.replace(guest.path(""), ""));
}

describe("the script for the guest", () => {
  const apply = (settings: SiteSettings) => guest.run(settings);
  const remove = () => guest.run(NONE, "remove");

  test("every file is written with its text and its rights", () => {
    expect(left(apply(PROXY))).toEqual([]);
    for (const { path, text, mode } of siteFiles(PROXY)) {
      expect(guest.read(path.slice(1))).toBe(guest.here(text));
      expect(guest.mode(path.slice(1)).toString(8)).toBe(mode);
    }
    expect(siteFiles(PROXY)).toHaveLength(5);
  });

  test("a shell that reads the profile has the proxy, quotes in it or not", () => {
    apply(PROXY);
    const said = spawnSync("sh", [
      "-c",
      `. ${guest.path("etc/profile.d/classlab-site.sh")}; echo "$http_proxy $HTTPS_PROXY $no_proxy"`,
    ]);
    expect(String(said.stdout)).toBe("http://it's:8080 http://b:8080 localhost,.example\n");
  });

  test("again: nothing is written, nothing read anew; a change of the proxy alone asks no other program", () => {
    apply({ ...PROXY, caCertificate: PEM });
    const before = statSync(guest.path("etc/profile.d/classlab-site.sh")).mtimeMs;
    const again = apply({ ...PROXY, caCertificate: PEM });
    expect(left(again)).toEqual([]);
    expect(again.calls).toEqual([]);
    expect(statSync(guest.path("etc/profile.d/classlab-site.sh")).mtimeMs).toBe(before);
    const changed = apply({
      ...CA,
      proxy: { http: "http://c:1", https: "http://c:1", except: [] },
    });
    expect(left(changed)).toEqual([]);
    expect(changed.calls).toEqual([]);
    expect(guest.read("etc/apt/apt.conf.d/95classlab-site")).toContain('Proxy "http://c:1"');
    expect(guest.read("etc/profile.d/classlab-site.sh")).not.toContain("8080");
  });

  test("what is no longer configured goes, and what others made stays", () => {
    guest.write("etc/environment", "LANG=C\n");
    guest.write("etc/sudoers.d/90-classlab", "ubuntu\n");
    apply({ ...PROXY, dns: DNS.dns });
    expect(left(apply(DNS))).toEqual([]);
    expect(siteFiles(PROXY).filter(({ path }) => guest.has(path.slice(1)))).toEqual([]);
    expect(guest.read("etc/environment")).toBe("LANG=C\n");
    expect(guest.has(CONFIG)).toBe(false);
    expect(guest.read("etc/resolv.conf")).toContain("nameserver 10.0.0.2");
    expect(left(remove())).toEqual([]);
    expect(guest.read("etc/resolv.conf")).toBe(DOCKERS_OWN);
    expect(guest.has("etc/docker/daemon.json")).toBe(false);
    expect(guest.read("etc/sudoers.d/90-classlab")).toBe("ubuntu\n");
    expect(guest.read(STORE)).toBe("");
  });

  describe("files of learners", () => {
    test("one that was there before is left and named, also when the settings go", () => {
      guest.write("etc/docker/daemon.json", '{"debug": true}\n');
      expect(left(apply(DNS))).toEqual(["/etc/docker/daemon.json"]);
      expect(left(apply(DNS))).toEqual(["/etc/docker/daemon.json"]);
      expect(left(remove())).toEqual([]);
      expect(guest.read("etc/docker/daemon.json")).toBe('{"debug": true}\n');
    });

    test("one of ours that was changed is left and named; taken away it is made again", () => {
      apply(PROXY);
      guest.write("etc/profile.d/classlab-site.sh", "export http_proxy=http://mine\n");
      const other: SiteSettings = { ...NONE, proxy: { http: "http://c", https: "http://c", except: [] } };
      expect(left(apply(other))).toEqual(["/etc/profile.d/classlab-site.sh"]);
      expect(guest.read("etc/profile.d/classlab-site.sh")).toBe("export http_proxy=http://mine\n");
      expect(guest.read("etc/apt/apt.conf.d/95classlab-site")).toContain('"http://c"');
      guest.remove("etc/profile.d/classlab-site.sh");
      expect(left(apply(other))).toEqual([]);
      expect(guest.read("etc/profile.d/classlab-site.sh")).toContain("'http://c'");
      guest.write("etc/profile.d/classlab-site.sh", "mine\n");
      expect(left(remove())).toEqual(["/etc/profile.d/classlab-site.sh"]);
      expect(guest.read("etc/profile.d/classlab-site.sh")).toBe("mine\n");
    });

    test("lines of others in /etc/environment stay, whatever is done to ours", () => {
      guest.write("etc/environment", "PATH=/bin\n");
      apply(PROXY);
      expect(guest.read("etc/environment")).toMatch(
        /^PATH=\/bin\n#[^\n]+begin\nhttp_proxy="http:\/\/it's:8080"\n/,
      );
      guest.write("etc/environment", `${guest.read("etc/environment")}LANG=ja_JP.UTF-8\n`);
      apply({ ...NONE, proxy: { http: "http://c", https: "http://d", except: [] } });
      expect(guest.read("etc/environment")).toMatch(
        /^PATH=\/bin\nLANG=ja_JP.UTF-8\n#[^\n]+begin\nhttp_proxy="http:\/\/c"\n/,
      );
      remove();
      expect(guest.read("etc/environment")).toBe("PATH=/bin\nLANG=ja_JP.UTF-8\n");
    });

    test.each([
      ["changed", (text: string) => text.replace("8080", "9090")],
      ["without its last line", (text: string) => text.replace(/#[^\n]+end\n/, "MINE=1\n")],
    ])("our lines there, %s, are left and named", (_how, change) => {
      apply(PROXY);
      const text = change(guest.read("etc/environment"));
      guest.write("etc/environment", text);
      expect(left(apply({ ...NONE, proxy: { http: "http://c", https: "http://d", except: [] } }))).toEqual([
        "/etc/environment",
      ]);
      expect(left(remove())).toEqual(["/etc/environment"]);
      expect(guest.read("etc/environment")).toBe(text);
    });
  });

  describe("the Docker client's file", () => {
    const ours = clientProxies(PROXY.proxy ?? { http: "", https: "", except: [] });
    const other: SiteSettings = { ...NONE, proxy: { http: "http://c", https: "http://d", except: ["e"] } };
    const parsed = () => JSON.parse(guest.read(CONFIG));
    const proxies = (http: string, https: string, noProxy: string) => ({
      default: { httpProxy: http, httpsProxy: https, noProxy },
    });

    test("made where there is none, its owner's alone", () => {
      const run = apply(PROXY);
      expect(guest.read(CONFIG)).toBe(`{\n${ours}\n}\n`);
      expect(guest.mode(CONFIG).toString(8)).toBe("600");
      expect(run.calls).toContainEqual(
        expect.stringMatching(/chown\|ubuntu:ubuntu\|.*home\/ubuntu\/\.docker\/config\.json/),
      );
      expect(run.calls).toContainEqual(
        expect.stringMatching(/install\|-d\|-m\|700\|-o\|ubuntu\|-g\|ubuntu\|.*home\/ubuntu\/\.docker$/),
      );
      expect(JSON.parse(guest.read("root/.docker/config.json"))).toEqual(parsed());
    });

    test("a login that the client wrote there stays through change and removal, and its rights with it", () => {
      apply(PROXY);
      // As the client writes it after docker login: keys in its own order.
      const client = (...keys: string[]) => `{\n${keys.join(",\n")}\n}`;
      const auths = '\t"auths": {\n\t\t"registry.example": {\n\t\t\t"auth": "dTpw"\n\t\t}\n\t}';
      guest.write(CONFIG, client(auths, ours, '\t"plugins": {}'));
      chmodSync(guest.path(CONFIG), 0o640);
      expect(left(apply(other))).toEqual([]);
      expect(parsed()).toEqual({
        auths: { "registry.example": { auth: "dTpw" } },
        proxies: proxies("http://c", "http://d", "e"),
        plugins: {},
      });
      expect(guest.mode(CONFIG).toString(8)).toBe("640");
      expect(left(remove())).toEqual([]);
      expect(parsed()).toEqual({ auths: { "registry.example": { auth: "dTpw" } }, proxies: {}, plugins: {} });
      expect(left(apply(PROXY))).toEqual([]);
      expect(parsed().proxies.default.httpsProxy).toBe("http://b:8080");
    });

    test("a login from before the settings stays", () => {
      guest.write(CONFIG, '{\n\t"auths": {}\n}');
      expect(left(apply(PROXY))).toEqual([]);
      expect(parsed()).toEqual({
        auths: {},
        proxies: proxies("http://it's:8080", "http://b:8080", "localhost,.example"),
      });
      guest.write(CONFIG, "{\n}\n");
      expect(left(apply(PROXY))).toEqual([]);
      expect(Object.keys(parsed())).toEqual(["proxies"]);
    });

    test.each([
      ["written by hand in one line", '{"auths":{}}\n'],
      ["with proxies in another shape", '{\n  "proxies": {"default": {}}\n}\n'],
      [
        "with the learner's own proxies",
        `{\n${clientProxies({ http: "http://mine", https: "", except: [] })}\n}\n`,
      ],
    ])("one %s is left and named", (_how, text) => {
      guest.write(CONFIG, text);
      expect(left(apply(PROXY))).toEqual([`/${CONFIG}`]);
      expect(left(remove())).toEqual([]);
      expect(guest.read(CONFIG)).toBe(text);
    });
  });

  describe("resolv.conf", () => {
    test("Docker's own is written over and comes back; the guest's start finds the servers", () => {
      const inode = statSync(guest.path("etc/resolv.conf")).ino;
      expect(left(apply(DNS))).toEqual([]);
      expect(guest.read("etc/resolv.conf")).toBe(resolverText(DNS.dns));
      expect(guest.read("etc/classlab/resolv.conf")).toBe(resolverText(DNS.dns));
      // Docker mounted this file: another one could not take its place.
      expect(statSync(guest.path("etc/resolv.conf")).ino).toBe(inode);
      expect(left(apply({ ...NONE, dns: ["10.0.0.9"] }))).toEqual([]);
      expect(guest.read("etc/resolv.conf")).toBe(resolverText(["10.0.0.9"]));
      expect(left(remove())).toEqual([]);
      expect(guest.read("etc/resolv.conf")).toBe(DOCKERS_OWN);
      expect(guest.has("etc/classlab/resolv.conf")).toBe(false);
      expect(guest.read("etc/resolv.conf").length).toBeGreaterThan(0);
    });

    test("a learner's is left and named; after a start, when Docker's own is there again, it is not", () => {
      apply(DNS);
      guest.write("etc/resolv.conf", "nameserver 9.9.9.9\n");
      expect(left(apply({ ...NONE, dns: ["10.0.0.9"] }))).toEqual(["/etc/resolv.conf"]);
      expect(guest.read("etc/resolv.conf")).toBe("nameserver 9.9.9.9\n");
      guest.write("etc/resolv.conf", DOCKERS_OWN);
      expect(left(apply({ ...NONE, dns: ["10.0.0.9"] }))).toEqual([]);
      expect(guest.read("etc/resolv.conf")).toBe(resolverText(["10.0.0.9"]));
    });
  });

  test("authorities are read anew when they changed, also when they went", () => {
    expect(apply(CA).calls).toEqual(["host update-ca-certificates|--fresh"]);
    expect(apply(CA).calls).toEqual([]);
    expect(remove().calls).toEqual(["host update-ca-certificates|--fresh"]);
    expect(remove().calls).toEqual([]);
  });

  test("a run that failed half way is made up for by the next", () => {
    guest.fake.program("update-ca-certificates", "#!/bin/sh\nexit 1\n");
    expect(apply(CA).code).not.toBe(0);
    guest.fake.program("update-ca-certificates", record("update-ca-certificates"));
    expect(apply(CA).calls).toEqual(["host update-ca-certificates|--fresh"]);
  });

  test("time servers only where something asks them", () => {
    const ntp: SiteSettings = { ...NONE, ntp: ["10.0.0.4"] };
    apply(ntp);
    expect(guest.has("etc/systemd")).toBe(false);
    expect(guest.has("etc/chrony")).toBe(false);
    guest.write("etc/chrony/chrony.conf", "");
    apply(ntp);
    expect(guest.read("etc/chrony/sources.d/classlab-site.sources")).toContain("server 10.0.0.4 iburst");
  });

  test("a new container on the same disk: the file of the home folder is still known as ours, the rest is made again", () => {
    guest.fake.write("disk-mounted", "");
    apply({ ...PROXY, caCertificate: PEM });
    expect(guest.has(STORE)).toBe(false);
    guest.remove("etc");
    guest.write("etc/classlab/channel_keys", "");
    guest.write("etc/resolv.conf", DOCKERS_OWN);
    const run = apply({ ...CA, proxy: { http: "http://c", https: "http://c", except: [] } });
    expect(left(run)).toEqual([]);
    expect(run.calls).toContain("host update-ca-certificates|--fresh");
    expect(JSON.parse(guest.read(CONFIG)).proxies.default.httpProxy).toBe("http://c");
    expect(guest.read("etc/environment")).toContain('http_proxy="http://c"');
  });

  describe("the Docker Engine", () => {
    // Does with signals what dockerd does, and is started again when it ended, as in a guest.
    const DOCKERD = `#!/bin/sh
live() { grep -q '"live-restore":true' "$ROOT/etc/docker/daemon.json" 2>/dev/null && echo true || echo false; }
say() { echo "dockerd $1 $(cat "$FAKE/live")" >> "$FAKE/engine"; }
trap 'cp "$ROOT/etc/docker/daemon.json" "$FAKE/read" 2>/dev/null; echo "dockerd HUP $(live)" >> "$FAKE/engine"; live > "$FAKE/live"' HUP
trap 'say TERM; rm -f "$ROOT/run/docker.pid"; exit 0' TERM
live > "$FAKE/live"
say start
echo $$ > "$ROOT/run/docker.pid"
while :; do sleep 0.05; done
`;
    const DOCKER = `#!/bin/sh
case "$*" in
  "info -f"*) cat "$FAKE/live" ;;
  info) [ -e "$FAKE/root/run/docker.pid" ] ;;
  "ps -q") cat "$FAKE/running" ;;
  *) exit 9 ;;
esac
`;
    let keeper: ChildProcess;
    const log = () => guest.fake.read("engine").split("\n").filter(Boolean);
    const until = async (reached: () => boolean) => {
      for (let tries = 0; !reached() && tries < 200; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 25));
    };

    beforeEach(async () => {
      guest.fake.program("docker", DOCKER);
      guest.fake.program("dockerd", DOCKERD);
      guest.fake.write("running", "");
      mkdirSync(guest.path("run"));
      keeper = spawn("sh", ["-c", `while :; do "$FAKE/bin/dockerd"; done`], {
        env: { ...process.env, FAKE: guest.fake.folder, ROOT: guest.path("") },
        detached: true,
        stdio: "ignore",
      });
      await until(() => guest.has("run/docker.pid"));
    });
    afterEach(() => {
      if (keeper.pid !== undefined) process.kill(-keeper.pid, "SIGKILL");
    });

    test("started anew for what it reads at its start, once", () => {
      expect(left(apply(PROXY))).toEqual([]);
      expect(log()).toEqual(["dockerd start false", "dockerd TERM false", "dockerd start false"]);
      expect(left(apply(PROXY))).toEqual([]);
      expect(left(apply({ ...PROXY, ntp: ["10.0.0.4"] }))).toEqual([]);
      expect(log()).toHaveLength(3);
      expect(left(remove())).toEqual([]);
      expect(log()).toHaveLength(5);
    });

    test("while containers run, live-restore is on from before its end until after its start, and off again", async () => {
      guest.fake.write("running", "0123456789ab\n");
      expect(left(apply(DNS))).toEqual([]);
      await until(() => log().length === 5);
      expect(log()).toEqual([
        "dockerd start false",
        "dockerd HUP true",
        "dockerd TERM true",
        "dockerd start true",
        "dockerd HUP false",
      ]);
      expect(JSON.parse(guest.read("etc/docker/daemon.json"))).toEqual({ dns: DNS.dns });
      expect(JSON.parse(guest.fake.read("read"))).toEqual({ dns: DNS.dns });
      expect(guest.has("etc/docker/daemon.json.kept")).toBe(false);
    });

    test("without a file of its own none is left behind", async () => {
      guest.fake.write("running", "0123456789ab\n");
      expect(left(apply(PROXY))).toEqual([]);
      await until(() => log().length === 5);
      expect(log()).toHaveLength(5);
      expect(guest.has("etc/docker/daemon.json")).toBe(false);
    });

    test.each(['{\n  "debug": true\n}\n', "{}\n", '  {"debug":true}'])(
      "a learner's file is given back as it was: %j",
      async (text) => {
        guest.fake.write("running", "0123456789ab\n");
        guest.write("etc/docker/daemon.json", text);
        expect(left(apply(DNS))).toEqual(["/etc/docker/daemon.json"]);
        await until(() => log().length === 5);
        expect(log().slice(1, 3)).toEqual(["dockerd HUP true", "dockerd TERM true"]);
        expect(guest.read("etc/docker/daemon.json")).toBe(text);
      },
    );

    test("a run that ended in between is made up for: the file is put back, containers are never in danger", async () => {
      guest.fake.write("running", "0123456789ab\n");
      apply(DNS);
      await until(() => log().length === 5);
      const ours = guest.read("etc/docker/daemon.json");
      guest.write("etc/docker/daemon.json.kept", ours);
      guest.write("etc/docker/daemon.json", `{"live-restore":true,${ours.slice(1)}`);
      expect(left(apply({ ...DNS, caCertificate: PEM }))).toEqual([]);
      await until(() => log().length === 9);
      expect(log().slice(5)).toEqual([
        "dockerd HUP true",
        "dockerd TERM true",
        "dockerd start true",
        "dockerd HUP false",
      ]);
      expect(guest.read("etc/docker/daemon.json")).toBe(ours);
    });

    test("one that does not run is not waited for, and another program that has its number by now is left alone", () => {
      guest.write("run/docker.pid", String(process.pid));
      const run = apply(PROXY);
      expect(left(run)).toEqual([]);
      expect(log()).toEqual(["dockerd start false"]);
    });
  });
});

describe("from this machine", () => {
  const NAME = "dev-team-01-web";
  /** The guest is only listened to. */
  const DOCKER = `#!/bin/sh
case "$1 $2" in
  "container inspect") cat "$FAKE/running" 2>/dev/null ;;
  "exec -i") shift 2; echo "$*" >> "$FAKE/calls"; cat > "$FAKE/script" ;;
  *) exit 9 ;;
esac
`;
  const run = (word: string, state: string) => {
    const fake = new FakeShell("");
    fake.program("docker", DOCKER);
    if (state !== "absent") fake.write("running", `${state === "running"}\n`);
    const { code, calls, stderr } = fake.run("sh", renderSite(NAME, PROXY), word);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const script = fake.read("script");
    return { calls, whole: script === fake.here(renderSiteSettings(PROXY)) };
  };

  test.each([
    ["apply", "running"],
    ["apply", "stopped"],
    ["remove", "running"],
  ])("%s, guest %s: the script runs in it", (word, state) => {
    expect(run(word, state)).toEqual({ calls: [`${NAME} sh -s -- ${word}`], whole: true });
  });

  test.each(["absent", "stopped"])("remove, guest %s: there is nothing to take away", (state) => {
    expect(run("remove", state).calls).toEqual([]);
  });
});

test("what the script prints of files left is read back, and nothing else is", () => {
  expect(siteFilesLeft('{"clock":"host","left":["/etc/environment"]}\n')).toEqual(["/etc/environment"]);
  expect(siteFilesLeft("{}")).toEqual([]);
  expect(siteFilesLeft(undefined)).toEqual([]);
  expect(siteFilesLeft({ secret: true })).toEqual([]);
});
