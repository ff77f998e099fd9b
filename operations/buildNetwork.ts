import { proxyVariables } from "../components/hypervisors/containers/siteFiles";
import type { LabConfig } from "../course/config";
import { siteSettingsOf } from "../course/siteSettings";

/** How what builds images gets out of the room. */
export interface BuildNetwork {
  /** Variables that programs find a proxy by; none where there is no proxy. */
  readonly variables: Readonly<Record<string, string>>;
  /** The site's certificate authority in PEM form; absent where there is none. */
  readonly caCertificate?: string;
}

/** The building of images in a room with this network. */
export function buildNetwork(network: LabConfig["site"]["network"]): BuildNetwork {
  const site = siteSettingsOf({ network, switches: [] });
  return {
    variables: site?.proxy ? Object.fromEntries(proxyVariables(site.proxy)) : {},
    ...(site?.caCertificate === undefined ? {} : { caCertificate: site.caCertificate }),
  };
}

/**
 * Words of `docker build` that hand the proxy to its RUN lines. These names are known to every Dockerfile: they are in no layer,
 * no history and no cache key (docs.docker.com/reference/dockerfile, "Predefined ARGs"). The values come from the client's own
 * environment: a command line can be read by everybody on the machine.
 */
export function proxyBuildArgs({ variables }: BuildNetwork): string[] {
  return Object.keys(variables).flatMap((name) => ["--build-arg", name]);
}

/** Words before a command that root has to run: none for root itself. @param names of variables that are let through */
export function rootWords(names: readonly string[] = []): string[] {
  return process.getuid?.() === 0 ? [] : sudoWords(names);
}

/** Words of `sudo` that let variables through. */
export function sudoWords(names: readonly string[]): string[] {
  return names.length === 0 ? ["sudo"] : ["sudo", `--preserve-env=${names.join(",")}`];
}
