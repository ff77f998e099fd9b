import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clientProxies, siteFiles } from "../../components/hypervisors/containers/siteFiles";
import { parseLab } from "../../course/config";
import { resourcesOf } from "../../course/resources";
import { guestSettings, type SiteSettings, siteSettingsOf } from "../../course/siteSettings";
import { buildNetwork, proxyBuildArgs, sudoWords } from "../../operations/buildNetwork";
import { devPlan, faultsOf, planOf, ROOT } from "./labs";

const PEM = `-----BEGIN CERTIFICATE-----\n${"QUJD".repeat(16)}\nQUJD\n-----END CERTIFICATE-----\n`;
const GUESTS = [{ name: "web", adapters: [{ switch: "lan" }] }];
const settingsOf = (rest: object): SiteSettings | undefined =>
  siteSettingsOf(planOf("lab", { guests: GUESTS, ...rest }));
const inRoom = (network: object) => settingsOf({ site: { network } });

describe("what is to be applied", () => {
  test("nothing: without a site, and with what says nothing of guests", () => {
    expect(siteSettingsOf(devPlan())).toBeUndefined();
    expect(
      inRoom({ cidr: "10.0.0.0/24", gateway: "10.0.0.1", link: "wifi", macRegistration: true }),
    ).toBeUndefined();
    expect(settingsOf({ registry: { push: "registry.example" } })).toBeUndefined();
    expect(settingsOf({ registry: { caCertificate: PEM } })).toBeUndefined();
  });

  test.each([
    ["DNS servers", { site: { network: { dns: ["10.0.0.2"] } } }],
    ["time servers", { site: { network: { ntp: ["ntp.example"] } } }],
    ["a proxy", { site: { network: { proxy: { http: "http://proxy.example:3128" } } } }],
    ["an authority", { site: { network: { caCertificate: PEM } } }],
    ["a mirror", { registry: { mirror: "https://mirror.example" } }],
    ["a registry's authority", { registry: { push: "registry.example:5000", caCertificate: PEM } }],
  ])("%s: one resource more for each guest, and for nothing else", (_what, rest) => {
    const shown = (lab: object) => {
      const plan = planOf("lab", {
        units: "one",
        guests: [...GUESTS, { name: "desk", adapters: [] }],
        ...lab,
      });
      return plan.units.flatMap((unit) => resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`));
    };
    const before = shown({});
    expect(shown(rest).filter((line) => !before.includes(line))).toEqual([
      "command:local:Command team-01-web-settings",
      "command:local:Command team-01-desk-settings",
    ]);
    expect(shown(rest)).toHaveLength(before.length + 2);
  });

  test("never by the proxy: this machine, containers of a guest, the lab's subnets, the registry; then what is configured", () => {
    const settings = settingsOf({
      switches: [
        { name: "lan", mode: "bridged", subnet: "192.168.99.0/24" },
        { name: "inner", mode: "internal", subnet: "192.168.98.0/24" },
      ],
      registry: { push: "registry.example:5000", mirror: "https://mirror.example:5001" },
      site: {
        network: { proxy: { http: "http://proxy.example:3128", except: [".example", "192.168.99.0/24"] } },
      },
    });
    expect(settings?.proxy).toEqual({
      http: "http://proxy.example:3128",
      https: "http://proxy.example:3128",
      except: [
        "localhost",
        "127.0.0.1",
        "::1",
        "172.16.0.0/12",
        "192.168.99.0/24",
        "192.168.98.0/24",
        "registry.example",
        "mirror.example",
        ".example",
      ],
    });
    expect(settings?.registry).toEqual({
      mirror: "https://mirror.example:5001",
      hosts: ["registry.example:5000", "mirror.example:5001"],
    });
  });

  test("addresses are written as every program reads them", () => {
    const proxy = (http: string) => inRoom({ proxy: { http } })?.proxy?.http;
    expect(proxy("http://proxy.example:3128/")).toBe("http://proxy.example:3128");
    expect(proxy("http://proxy.example:3128/path?a#b")).toBe("http://proxy.example:3128");
    expect(inRoom({ proxy: { http: "http://a.example", https: "https://b.example" } })?.proxy?.https).toBe(
      "https://b.example",
    );
  });

  test("a certificate ends with one newline, however it was written", () => {
    expect(inRoom({ caCertificate: `\n\n${PEM}\n` })?.caCertificate).toBe(PEM);
    expect(inRoom({ caCertificate: PEM.trim() })?.caCertificate).toBe(PEM);
  });

  test("DNS servers are for guests whose mode leads to them", () => {
    const plan = planOf("lab", {
      switches: [
        { name: "lan", mode: "bridged" },
        { name: "inner", mode: "internal" },
      ],
      guests: [
        ...GUESTS,
        { name: "inner", adapters: [{ switch: "inner" }] },
        { name: "both", adapters: [{ switch: "inner" }, { switch: "lan" }] },
        { name: "off", adapters: [{ mode: "disabled" }] },
        { name: "none" },
      ],
      site: { network: { dns: ["10.0.0.2", "10.0.0.3"], ntp: ["10.0.0.4"] } },
    });
    const settings = siteSettingsOf(plan);
    if (!settings) throw new Error("there are settings");
    const dns = plan.teams[0]?.guests.map((guest) => [guest.name, guestSettings(settings, guest).dns.length]);
    expect(dns).toEqual([
      ["web", 2],
      ["inner", 0],
      ["both", 2],
      ["off", 0],
      ["none", 0],
    ]);
  });

  test.each([
    "https://mirror.example/docker",
    "https://user:word@mirror.example",
    "https://mirror.example?a",
  ])("a mirror that no Docker Engine starts with is refused: %s", (mirror) => {
    expect(faultsOf(parseLab({ guests: GUESTS, registry: { mirror } }))).toContain(
      "Expected scheme and host alone, such as https://mirror.example:5000. [config-value]",
    );
  });
});

describe("the files", () => {
  const files = (rest: object) =>
    Object.fromEntries(
      siteFiles(settingsOf(rest) ?? { dns: [], ntp: [], registry: { hosts: [] } }).map((file) => [
        file.path,
        file.text.replace(/^(#|\/\/) Made by classlab.*\n/, ""),
      ]),
    );
  const EXCEPT = "localhost,127.0.0.1,::1,172.16.0.0/12,192.168.99.0/24,intranet.example,.example";

  test("a proxy", () => {
    const assignments = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
      .map((name) => `export ${name}='${/no/i.test(name) ? EXCEPT : "http://proxy.example:3128"}'\n`)
      .join("");
    const network = {
      proxy: { http: "http://proxy.example:3128", except: ["intranet.example", ".example"] },
    };
    expect(files({ site: { network } })).toEqual({
      "/etc/apt/apt.conf.d/95classlab-site":
        'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::https::Proxy "http://proxy.example:3128";\n' +
        'Acquire::http::Proxy::localhost "DIRECT";\nAcquire::https::Proxy::localhost "DIRECT";\n' +
        'Acquire::http::Proxy::127.0.0.1 "DIRECT";\nAcquire::https::Proxy::127.0.0.1 "DIRECT";\n' +
        'Acquire::http::Proxy::intranet.example "DIRECT";\nAcquire::https::Proxy::intranet.example "DIRECT";\n',
      "/etc/profile.d/classlab-site.sh": assignments,
      "/etc/ssh/sshd_config.d/00-0-classlab-site.conf": `# For commands that are run without a login shell, as PAM would from /etc/environment.\nSetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin http_proxy=http://proxy.example:3128 https_proxy=http://proxy.example:3128 no_proxy=${EXCEPT} HTTP_PROXY=http://proxy.example:3128 HTTPS_PROXY=http://proxy.example:3128 NO_PROXY=${EXCEPT}\n`,
      "/etc/sudoers.d/80-classlab-site":
        'Defaults env_keep += "http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY"\n',
      "/etc/classlab/dockerd.env": assignments,
    });
  });

  test("sshd takes the first SetEnv alone: the image's own line is in the one that stands before it", () => {
    const image = readFileSync(join(ROOT, "images/guest/sshd_classlab.conf"), "utf8");
    const [, path] = /^SetEnv (PATH=\S+)$/m.exec(image) ?? [];
    const name = Object.keys(files({ site: { network: { proxy: { http: "http://p.example" } } } })).find(
      (file) => file.startsWith("/etc/ssh/"),
    );
    expect(files({ site: { network: { proxy: { http: "http://p.example" } } } })[name ?? ""]).toContain(
      `SetEnv ${path} http_proxy=`,
    );
    for (const language of ["en", "ja"])
      expect("00-0-classlab-site.conf".localeCompare("00-classlab.conf", language)).toBe(-1);
  });

  test("the Docker Engine's own settings: DNS servers, and a mirror, which without TLS is named as such", () => {
    const engine = (rest: object) => {
      const text = files(rest)["/etc/docker/daemon.json"];
      return text === undefined ? undefined : JSON.parse(text);
    };
    expect(
      engine({
        site: { network: { dns: ["10.0.0.2"] } },
        registry: { mirror: "https://mirror.example:5000/" },
      }),
    ).toEqual({ dns: ["10.0.0.2"], "registry-mirrors": ["https://mirror.example:5000"] });
    expect(engine({ registry: { mirror: "http://mirror.example:5000" } })).toEqual({
      "registry-mirrors": ["http://mirror.example:5000"],
      "insecure-registries": ["mirror.example:5000"],
    });
    expect(engine({ site: { network: { proxy: { http: "http://p.example" } } } })).toBeUndefined();
  });

  test("authorities: the site's for all programs, the registry's for its hosts alone", () => {
    const network = { caCertificate: PEM };
    const OTHER = PEM.replaceAll("QUJD", "REVG");
    const registry = {
      push: "registry.example:5000",
      mirror: "https://mirror.example",
      caCertificate: OTHER,
    };
    expect(files({ site: { network }, registry })).toEqual({
      "/usr/local/share/ca-certificates/classlab-site.crt": PEM,
      "/etc/docker/daemon.json": expect.any(String),
      "/etc/docker/certs.d/registry.example:5000/ca.crt": OTHER,
      "/etc/docker/certs.d/mirror.example/ca.crt": OTHER,
    });
  });

  test("time servers, for programs that a guest may have", () => {
    const settings = inRoom({ ntp: ["ntp.example", "10.0.0.4"] });
    expect(settings && siteFiles(settings).map(({ path, where }) => [path, where])).toEqual([
      ["/etc/systemd/timesyncd.conf.d/classlab-site.conf", "/etc/systemd/timesyncd.conf"],
      ["/etc/chrony/sources.d/classlab-site.sources", "/etc/chrony/chrony.conf"],
    ]);
    expect(files({ site: { network: { ntp: ["ntp.example", "10.0.0.4"] } } })).toEqual({
      "/etc/systemd/timesyncd.conf.d/classlab-site.conf": "[Time]\nNTP=ntp.example 10.0.0.4\n",
      "/etc/chrony/sources.d/classlab-site.sources": "server ntp.example iburst\nserver 10.0.0.4 iburst\n",
    });
  });

  test("the Docker client's proxies are the key as the client writes it", () => {
    const text = clientProxies({ http: "http://a", https: "http://b", except: ["localhost", "c"] });
    expect(text).toBe(
      '\t"proxies": {\n\t\t"default": {\n\t\t\t"httpProxy": "http://a",\n\t\t\t"httpsProxy": "http://b",\n\t\t\t"noProxy": "localhost,c"\n\t\t}\n\t}',
    );
  });
});

describe("the building of images", () => {
  const { network } = planOf("lab", {
    guests: GUESTS,
    site: {
      network: {
        proxy: { http: "http://proxy.example:3128", except: [".example"] },
        caCertificate: PEM,
      },
    },
  });

  test("the proxy's address is in the environment, never among the words of a command", () => {
    const build = buildNetwork(network);
    expect(build.variables).toMatchObject({
      http_proxy: "http://proxy.example:3128",
      HTTPS_PROXY: "http://proxy.example:3128",
      no_proxy: "localhost,127.0.0.1,::1,172.16.0.0/12,.example",
    });
    expect(build.caCertificate).toBe(PEM);
    expect(proxyBuildArgs(build)).toEqual(
      ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [
        "--build-arg",
        name,
      ]),
    );
    expect(sudoWords(["http_proxy", "CLASSLAB_SITE_CA"])).toEqual([
      "sudo",
      "--preserve-env=http_proxy,CLASSLAB_SITE_CA",
    ]);
  });

  test("without a site nothing is added", () => {
    const build = buildNetwork(devPlan().network);
    expect(build).toEqual({ variables: {} });
    expect(proxyBuildArgs(build)).toEqual([]);
    expect(sudoWords([])).toEqual(["sudo"]);
  });
});
