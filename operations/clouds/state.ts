import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Fault } from "../../course/faults";
import { type HostPlan, isCloud } from "../../course/hosts";
import { PACKAGE_ROOT } from "../paths";
import { backendFolder } from "../recovery/fileBackend";

/** A path without links, as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), relative(parent, path));
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(real(folder), real(path));
  return way === "" || !(way === ".." || way.startsWith("../") || isAbsolute(way));
}

/** Where state is to be, and what it must not be in. */
export interface StatePlace {
  /** Address of the engine's backend. */
  readonly backend: string | undefined;
  /** Folder that the engine works in: a backend may be relative to it. */
  readonly folder: string;
  /** The checkout; that of this program by default. */
  readonly checkout?: string;
}

/**
 * Refuses to keep the state of cloud hosts in the checkout, where it goes with a laptop while what it lists goes on to cost, unless a host's
 * `state: local-accepted` says that this is known. A fault each pattern of hosts.
 */
export function stateTooNear(
  hosts: readonly HostPlan[],
  { backend, folder, checkout = PACKAGE_ROOT }: StatePlace,
): Fault[] {
  if (!backend?.startsWith("file://")) return [];
  const place = backendFolder(backend) ?? resolve(folder, backend.slice("file://".length));
  if (!isInside(checkout, place)) return [];
  const patterns = hosts.flatMap(({ config }) =>
    isCloud(config) && config.state !== "local-accepted" ? [config.name] : [],
  );
  return [...new Set(patterns)].map((name) => ({
    code: "state-too-near",
    where: `host ${name}`,
    what: `the state that lists what is made in the cloud would be in this checkout, in ${place}; if that is lost, hosts go on to run and cost`,
    expected:
      "a backend that outlives this machine, named by PULUMI_BACKEND_URL: s3://BUCKET, azblob://CONTAINER, or file:// and a folder of a server",
    fix: "Or write state: local-accepted to the host, and keep copies of that folder and of the passphrase",
  }));
}
