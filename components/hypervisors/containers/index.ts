import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { markLabels, type OwnerMark } from "../../../course/mark";
import type { SwitchMode } from "../../../course/modes";
import { guestSettings, trusting } from "../../../course/siteSettings";
import { IMAGE_STORE } from "../../imageStore";
import { script } from "../../script";
import { type HypervisorDriver, imagesOf } from "../driver";
import { containerChannel } from "./channel";
import { renderAdapters, renderReady } from "./render";
import { CAPABILITIES, SECURITY_OPTIONS } from "./rights";
import { renderSite } from "./siteScript";

/** Where a guest keeps what must outlive its container: home folders, its Docker data, its host keys. */
const DISK = "/disk";

/** Longer than the script's own deadline, so that the script's words are what the user sees. */
const READY_TIMEOUT = "4m";

/** The owner mark in the Docker provider's shape. */
export function labelInputs(mark: OwnerMark): { label: string; value: string }[] {
  return Object.entries(markLabels(mark)).map(([label, value]) => ({ label, value }));
}

/**
 * The SDK would record `DOCKER_HOST`, a path of this machine, as the provider's input; left out, the plugin itself reads
 * the variable where it runs.
 */
function withoutDockerHost<T>(make: () => T): T {
  const { DOCKER_HOST: host } = process.env;
  delete process.env.DOCKER_HOST;
  try {
    return make();
  } finally {
    if (host !== undefined) process.env.DOCKER_HOST = host;
  }
}

/**
 * What of Docker's bridge driver gives each mode its reachability, as measured from inside guests. `internal`: no way out;
 * `inhibit_ipv4`: the bridge gets no address, so that the host is not there either; `enable_icc=false`: containers of
 * the network do not see each other.
 */
function networkOptions(mode: SwitchMode): { internal: boolean; options?: Record<string, string> } {
  switch (mode) {
    case "bridged":
    case "nat-network":
      return { internal: false };
    case "nat":
      return { internal: false, options: { "com.docker.network.bridge.enable_icc": "false" } };
    case "host-only":
      return { internal: true };
    case "internal":
      return { internal: true, options: { "com.docker.network.bridge.inhibit_ipv4": "true" } };
  }
}

/** System containers on this machine's Docker as guests: for rehearsal, for CI and for trying a course on a laptop. */
export const containersDriver: HypervisorDriver = {
  prepareHost: (name, plan, opts, providers, context) => ({
    plan,
    provider: withoutDockerHost(() => new docker.Provider(`${name}-docker`, {}, opts)),
    providers,
    objects: [],
    context,
  }),

  createSwitch: (name, plan, host, context, opts) =>
    new docker.Network(
      `${name}-network`,
      {
        name: plan.objectName,
        driver: "bridge",
        attachable: false,
        ingress: false,
        ...networkOptions(plan.mode),
        ipv6: false,
        ipamDriver: "default",
        ipamConfigs: [{ subnet: plan.subnet, gateway: plan.gateway }],
        labels: labelInputs(context.mark),
      },
      // A subnet cannot be given to a second network while the first still has it.
      { ...opts, provider: host.provider, deleteBeforeReplace: true },
    ),

  createGuest: (name, plan, host, key, context, opts) => {
    const ports = plan.published.map((port) => ({
      internal: port.guestPort,
      external: port.hostPort,
      ip: "127.0.0.1",
      protocol: "tcp",
    }));
    const disk = new docker.Volume(
      `${name}-disk`,
      { name: `${plan.objectName}-disk`, driver: "local", labels: labelInputs(context.mark) },
      { ...opts, provider: host.provider, deleteBeforeReplace: true },
    );
    const machine = new docker.Container(
      `${name}-machine`,
      {
        name: plan.objectName,
        hostname: plan.name,
        image: imagesOf(context).guest.id,
        init: true,
        networkMode: "none",
        capabilities: { adds: CAPABILITIES },
        securityOpts: SECURITY_OPTIONS,
        mounts: [
          { type: "volume", source: disk.name, target: DISK },
          { type: "volume", source: IMAGE_STORE.volume, target: IMAGE_STORE.folder, readOnly: true },
        ],
        // The guest sees its own cgroups only, and sets them up itself.
        cgroupnsMode: "private",
        ports,
        restart: "unless-stopped",
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "2" },
        labels: labelInputs(context.mark),
        destroyGraceSeconds: 10,
      },
      {
        ...opts,
        provider: host.provider,
        deleteBeforeReplace: true,
        replaceWith: [disk],
        // Docker publishes a port once the first network is connected, and reports none before: the provider would see
        // a difference on every run. A real one replaces the container all the same; the disk stays.
        ignoreChanges: ["ports"],
        replacementTrigger: JSON.stringify(ports),
      },
    );
    const ready = script(
      `${name}-ready`,
      {
        shell: "sh -s --",
        apply: "",
        script: pulumi.output(key.publicKey).apply((line) => renderReady(plan, line)),
        triggers: [machine.id],
        deadline: READY_TIMEOUT,
      },
      {
        ...opts,
        provider: host.providers.command,
        dependsOn: [machine],
        deletedWith: machine,
        replaceWith: [machine],
        deleteBeforeReplace: true,
      },
    );
    return { disk, machine, ready };
  },

  // The support table refuses snapshots and clones here.
  keepGuest: () => undefined,

  connectAdapters: (name, plan, guest, switches, host, opts) =>
    script(
      `${name}-adapters`,
      {
        shell: "sh -s --",
        apply: "apply",
        // A network with a guest attached cannot be removed: the adapters leave first.
        remove: "remove",
        script: renderAdapters(plan),
        triggers: [guest.machine.id],
        deadline: "2m",
      },
      {
        ...opts,
        provider: host.providers.command,
        dependsOn: [guest.machine, ...switches],
        replaceWith: [guest.machine, ...switches],
        deleteBeforeReplace: true,
      },
    ),

  applySite: (name, plan, settings, guest, adapters, host, opts, authorities) =>
    script(
      `${name}-settings`,
      {
        shell: "sh -s --",
        apply: "apply",
        remove: "remove",
        script:
          authorities === undefined
            ? renderSite(plan.objectName, guestSettings(settings, plan))
            : pulumi
                .output(authorities)
                .apply((pem) => renderSite(plan.objectName, guestSettings(trusting(settings, pem), plan))),
        triggers: [guest.machine.id],
        deadline: "5m",
      },
      {
        ...opts,
        provider: host.providers.command,
        // Docker makes resolv.conf when the first network is connected.
        dependsOn: [guest.ready, adapters],
        // All of it is in the container, but for the home folders' part, which a new container takes over.
        deletedWith: guest.machine,
        replaceWith: [guest.machine],
        deleteBeforeReplace: true,
      },
    ),

  channel: containerChannel,
};
