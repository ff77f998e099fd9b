import { MODE_TRAITS } from "./modes";
import type { GuestPlan, LabPlan } from "./plan";
import { mirrorName, registryName } from "./registry";

/** How guests get out where the room has a proxy. */
export interface ProxySettings {
  /** For `http://`: an address without path. */
  readonly http: string;
  /** For `https://`; the same as `http` where the configuration names one. */
  readonly https: string;
  /** Names, domains and subnets that are reached without it, the lab's own first. */
  readonly except: readonly string[];
}

/** The class's registry as a guest's Docker Engine has to know it. */
export interface RegistrySettings {
  /** Asked before Docker Hub: an address without path; absent where there is none. */
  readonly mirror?: string;
  /** Hosts of registry and mirror, with a port where it is not the usual one. */
  readonly hosts: readonly string[];
  /** The authority that signs for them, in PEM form. */
  readonly caCertificate?: string;
  /** The lab's own among the hosts, whose authorities are known once it is made; absent where the lab runs none. */
  readonly own?: readonly string[];
  /** Authorities of the lab's own, in PEM form, one behind the other. */
  readonly ownAuthorities?: string;
}

/** What guests take from the room's network and the class's registry. */
export interface SiteSettings {
  /** DNS servers, IPv4; none where the platform's own are good. */
  readonly dns: readonly string[];
  /** Time servers, names or IPv4; none where the platform's own are good. */
  readonly ntp: readonly string[];
  readonly proxy?: ProxySettings;
  /** The authority that a proxy which looks into encrypted connections signs with, in PEM form. */
  readonly caCertificate?: string;
  readonly registry: RegistrySettings;
}

/**
 * What is on this machine or in the guest itself: containers of a guest talk to one another by addresses of Docker's default
 * pools (docs.docker.com/engine/network, "Subnet allocation").
 */
const NEVER_BY_PROXY = ["localhost", "127.0.0.1", "::1", "172.16.0.0/12"];

/** An address as all programs take it: without what only a browser knows. */
function bare(text: string): string {
  const { protocol, host } = new URL(text);
  return `${protocol}//${host}`;
}

/** A certificate as files hold it. */
function pem(text: string): string {
  return `${text.trim()}\n`;
}

function registryOf(plan: Pick<LabPlan, "registry">): RegistrySettings {
  const { mirror, push, caCertificate } = plan.registry ?? {};
  const { server } = plan.registry ?? {};
  const address = mirror === undefined ? undefined : bare(mirror);
  const hosts = [
    ...(push === undefined ? [] : [push]),
    ...(address === undefined ? [] : [new URL(address).host]),
  ];
  return {
    ...(address === undefined ? {} : { mirror: address }),
    hosts: [...new Set(hosts)],
    ...(caCertificate === undefined ? {} : { caCertificate: pem(caCertificate) }),
    ...(server
      ? { own: [registryName(server), mirrorName(server)].filter((name) => name !== undefined) }
      : {}),
  };
}

/** The settings with the authorities of the lab's own registry. @param authorities certificates in PEM form, one behind the other */
export function trusting(settings: SiteSettings, authorities: string): SiteSettings {
  return { ...settings, registry: { ...settings.registry, ownAuthorities: authorities } };
}

function proxyOf(
  plan: Pick<LabPlan, "network" | "switches">,
  registry: RegistrySettings,
): ProxySettings | undefined {
  const { proxy } = plan.network;
  if (!proxy) return undefined;
  // Not every program knows exceptions with a port.
  const hosts = registry.hosts.map((host) => host.replace(/:\d+$/, ""));
  const own = [...NEVER_BY_PROXY, ...plan.switches.map(({ subnet }) => subnet), ...hosts];
  return {
    http: bare(proxy.http),
    https: bare(proxy.https ?? proxy.http),
    except: [...new Set([...own, ...proxy.except])],
  };
}

/** What a lab's guests take from the site; undefined where there is nothing to apply. */
export function siteSettingsOf(
  plan: Pick<LabPlan, "network" | "registry" | "switches">,
): SiteSettings | undefined {
  const { dns, ntp, caCertificate } = plan.network;
  const registry = registryOf(plan);
  const proxy = proxyOf(plan, registry);
  const trusted = registry.caCertificate !== undefined && registry.hosts.length > 0;
  const any =
    dns.length > 0 ||
    ntp.length > 0 ||
    proxy !== undefined ||
    caCertificate !== undefined ||
    registry.mirror !== undefined ||
    registry.own !== undefined ||
    trusted;
  if (!any) return undefined;
  return {
    dns,
    ntp,
    ...(proxy ? { proxy } : {}),
    ...(caCertificate === undefined ? {} : { caCertificate: pem(caCertificate) }),
    registry,
  };
}

/**
 * The settings as one guest takes them: DNS servers of the physical network are for guests whose mode leads there (manual
 * L2931: none with an internal network).
 */
export function guestSettings(settings: SiteSettings, guest: Pick<GuestPlan, "adapters">): SiteSettings {
  const out = guest.adapters.some(({ mode }) => mode !== "disabled" && MODE_TRAITS[mode].internet);
  return out ? settings : { ...settings, dns: [] };
}
