import type { ProxySettings, SiteSettings } from "../../../course/siteSettings";
import {
  clientProxies,
  ENGINE_ENVIRONMENT,
  environmentLines,
  proxyVariables,
  RESOLVER_FILE,
  type SiteFile,
  SSH_FILE,
  siteFiles,
} from "../containers/siteFiles";
import { BEGIN, END } from "../containers/siteScript";

/**
 * Files that only the containers target has: a virtual machine has systemd and PAM, which read `/etc/environment` for SSH, and keeps
 * its resolvers by network.
 */
export const OF_CONTAINERS: readonly string[] = [ENGINE_ENVIRONMENT, SSH_FILE, RESOLVER_FILE];

/** Where the engine's proxy is said with systemd (docs.docker.com/engine/daemon/proxy, "systemd unit file"). */
export const ENGINE_PROXY = "/etc/systemd/system/docker.service.d/classlab-site.conf";

/** The drop-in by which a guest's Docker Engine finds the proxy. */
export function engineProxy(proxy: ProxySettings): SiteFile {
  const lines = proxyVariables(proxy).map(([name, value]) => `Environment="${name}=${value}"\n`);
  return { path: ENGINE_PROXY, text: `[Service]\n${lines.join("")}`, mode: "644" };
}

/** The settings of Docker's client: root's, and those that a user made later begins with. */
const CLIENTS = ["/root/.docker/config.json", "/etc/skel/.docker/config.json"] as const;

function writeFile({ path, text, mode }: SiteFile): object {
  return { path, content: text, permissions: `0${mode}` };
}

/**
 * What a guest takes from the room's network and the class's registry at its first boot, as keys of cloud-config
 * (cloudinit.readthedocs.io, "Module reference"). DNS servers are in the guest's `network-config`.
 * @param settings as this guest takes them
 */
export function siteCloudConfig(settings: SiteSettings): {
  readonly files: readonly object[];
  readonly keys: Readonly<Record<string, unknown>>;
} {
  const { ntp, caCertificate, ...rest } = settings;
  const { proxy } = rest;
  // cloud-init's own modules know which time server is installed, and where authorities are.
  const files = siteFiles({ ...rest, ntp: [] });
  return {
    files: [
      ...files.filter(({ path }) => !OF_CONTAINERS.includes(path)).map(writeFile),
      ...(proxy
        ? [
            writeFile(engineProxy(proxy)),
            {
              path: "/etc/environment",
              content: `${BEGIN}\n${environmentLines(proxy)}\n${END}\n`,
              append: true,
            },
            ...CLIENTS.map((path) => ({
              path,
              content: `{\n${clientProxies(proxy)}\n}\n`,
              permissions: "0600",
            })),
          ]
        : []),
    ],
    keys: {
      ...(ntp.length > 0 ? { ntp: { enabled: true, servers: ntp } } : {}),
      ...(caCertificate === undefined ? {} : { ca_certs: { trusted: [caCertificate] } }),
    },
  };
}
