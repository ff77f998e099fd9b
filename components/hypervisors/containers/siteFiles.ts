import { quote } from "../../../course/shell";
import type { ProxySettings, SiteSettings } from "../../../course/siteSettings";

/** A file that is all the settings' own. */
export interface SiteFile {
  /** Absolute path in the guest. */
  readonly path: string;
  readonly text: string;
  /** Permission bits as chmod takes them. */
  readonly mode: "644" | "440";
  /** A path without which the file is not written: it belongs to a program that this guest may lack. */
  readonly where?: string;
}

/** The certificate of the site's authority in the guest. */
export const CA_FILE = "/usr/local/share/ca-certificates/classlab-site.crt";

/** Settings of the guest's Docker Engine that its own file knows. */
export const ENGINE_FILE = "/etc/docker/daemon.json";

/**
 * Environment of the guest's Docker Engine, read by `classlab-init`. Not the key `proxies` of `daemon.json`: engines before
 * 23.0 (docs.docker.com/engine/daemon/proxy), such as Debian 12's 20.10, do not start with it.
 */
export const ENGINE_ENVIRONMENT = "/etc/classlab/dockerd.env";

/** Sorted before the image's own `00-classlab.conf`: of several `SetEnv` lines sshd takes the first alone. */
export const SSH_FILE = "/etc/ssh/sshd_config.d/00-0-classlab-site.conf";

/** What `resolv.conf` is to hold after each start: Docker makes its own anew. */
export const RESOLVER_FILE = "/etc/classlab/resolv.conf";

/** The image's own line in `00-classlab.conf`, which the line before it replaces. */
const SSH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const NOTE =
  "Made by classlab from the settings of the site. A file that was changed by hand is left as it is.";

/** The variables by which programs find a proxy: some know them in small letters only, some in capitals only. */
export function proxyVariables(proxy: ProxySettings): readonly (readonly [name: string, value: string])[] {
  const small = [
    ["http_proxy", proxy.http],
    ["https_proxy", proxy.https],
    ["no_proxy", proxy.except.join(",")],
  ] as const;
  return [...small, ...small.map(([name, value]) => [name.toUpperCase(), value] as const)];
}

/** Exceptions that apt can take: it knows hosts only, neither subnets nor domains. */
function hostsOf(proxy: ProxySettings): string[] {
  return proxy.except.filter((entry) => /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(entry));
}

function proxyFiles(proxy: ProxySettings): SiteFile[] {
  const variables = proxyVariables(proxy);
  const assignments = variables.map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
  const direct = hostsOf(proxy).flatMap((host) => [
    `Acquire::http::Proxy::${host} "DIRECT";\n`,
    `Acquire::https::Proxy::${host} "DIRECT";\n`,
  ]);
  return [
    {
      path: "/etc/apt/apt.conf.d/95classlab-site",
      text: `// ${NOTE}\nAcquire::http::Proxy "${proxy.http}";\nAcquire::https::Proxy "${proxy.https}";\n${direct.join("")}`,
      mode: "644",
    },
    { path: "/etc/profile.d/classlab-site.sh", text: `# ${NOTE}\n${assignments}`, mode: "644" },
    {
      path: SSH_FILE,
      text: `# ${NOTE}\n# For commands that are run without a login shell, as PAM would from /etc/environment.\nSetEnv ${SSH_PATH} ${variables.map(([name, value]) => `${name}=${value}`).join(" ")}\n`,
      mode: "644",
    },
    {
      path: "/etc/sudoers.d/80-classlab-site",
      text: `# ${NOTE}\nDefaults env_keep += "${variables.map(([name]) => name).join(" ")}"\n`,
      mode: "440",
    },
    { path: ENGINE_ENVIRONMENT, text: `# ${NOTE}\n${assignments}`, mode: "644" },
  ];
}

/** The engine's own settings; undefined where there are none. JSON takes no comment: the file says nothing of itself. */
function engineFile({ dns, registry }: SiteSettings): SiteFile | undefined {
  const { mirror } = registry;
  const settings = {
    ...(dns.length > 0 ? { dns } : {}),
    ...(mirror === undefined ? {} : { "registry-mirrors": [mirror] }),
    ...(mirror?.startsWith("http:") ? { "insecure-registries": [new URL(mirror).host] } : {}),
  };
  if (Object.keys(settings).length === 0) return undefined;
  return { path: ENGINE_FILE, text: `${JSON.stringify(settings, null, 2)}\n`, mode: "644" };
}

/** Time servers, for programs that set a clock. A container's clock is its host's: none of them runs in a guest here. */
function timeFiles(ntp: readonly string[]): SiteFile[] {
  if (ntp.length === 0) return [];
  const note = `# ${NOTE}\n`;
  return [
    {
      path: "/etc/systemd/timesyncd.conf.d/classlab-site.conf",
      text: `${note}[Time]\nNTP=${ntp.join(" ")}\n`,
      mode: "644",
      where: "/etc/systemd/timesyncd.conf",
    },
    {
      path: "/etc/chrony/sources.d/classlab-site.sources",
      text: `${note}${ntp.map((server) => `server ${server} iburst\n`).join("")}`,
      mode: "644",
      where: "/etc/chrony/chrony.conf",
    },
  ];
}

/** Where a guest's Docker Engine looks for the authorities of a registry, anew at each connection. @param host with its port */
function registryAuthorityFile(host: string): string {
  return `/etc/docker/certs.d/${host}/ca.crt`;
}

/** Every file that is all the settings' own. */
export function siteFiles(settings: SiteSettings): SiteFile[] {
  const { dns, ntp, proxy, caCertificate, registry } = settings;
  const engine = engineFile(settings);
  const authorityOf = (host: string) =>
    registry.own?.includes(host) ? registry.ownAuthorities : registry.caCertificate;
  return [
    ...(proxy ? proxyFiles(proxy) : []),
    ...(caCertificate === undefined
      ? []
      : [{ path: CA_FILE, text: caCertificate, mode: "644" } satisfies SiteFile]),
    ...(engine ? [engine] : []),
    ...registry.hosts.flatMap((host): SiteFile[] => {
      const text = authorityOf(host);
      return text === undefined ? [] : [{ path: registryAuthorityFile(host), text, mode: "644" }];
    }),
    ...timeFiles(ntp),
    ...(dns.length > 0
      ? [{ path: RESOLVER_FILE, text: resolverText(dns), mode: "644" } satisfies SiteFile]
      : []),
  ];
}

/** `resolv.conf` of a guest. */
export function resolverText(dns: readonly string[]): string {
  return `# ${NOTE}\n${dns.map((server) => `nameserver ${server}\n`).join("")}`;
}

/** The lines of `/etc/environment`, between two that mark them. */
export function environmentLines(proxy: ProxySettings): string {
  return proxyVariables(proxy)
    .map(([name, value]) => `${name}="${value}"`)
    .join("\n");
}

/**
 * The key `proxies` of the Docker client's `config.json`, by which containers and builds of learners find the proxy
 * (docs.docker.com/engine/cli/proxy). Indented as the client itself writes the file, which it does at each login.
 */
export function clientProxies(proxy: ProxySettings): string {
  const values = { httpProxy: proxy.http, httpsProxy: proxy.https, noProxy: proxy.except.join(",") };
  const [, ...lines] = JSON.stringify({ proxies: { default: values } }, null, "\t").split("\n");
  return lines.slice(0, -1).join("\n");
}
