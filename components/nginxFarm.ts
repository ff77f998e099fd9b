import * as pulumi from "@pulumi/pulumi";
import { markLabels, type OwnerMark } from "../course/mark";
import { type DockerStackContext, onDisk } from "./dockerStack";
import { script } from "./script";

/** Label that tells which farm a container belongs to; its value is the farm's name. */
const FARM_LABEL = "classlab.farm";

/** Arguments of an {@link NginxFarm}. */
export interface NginxFarmArgs {
  /** Name of the farm; containers are `<name>-<port>`. */
  readonly name: string;
  /** TCP ports in the guest, one container each. */
  readonly ports: readonly number[];
  /** Engine, channel, images of the guest. */
  readonly context: DockerStackContext;
}

/**
 * Script for the guest: its arguments are the ports that are to answer, each from a container of its own. Makes what
 * lacks, starts what stopped, removes farm containers of other ports; a container that is not the farm's is left alone.
 */
export function renderFarm(name: string, imageId: string, mark: OwnerMark): string {
  const labels = Object.entries({ ...markLabels(mark), [FARM_LABEL]: name });
  return `set -eu
mine() { docker ps -a --filter 'label=${FARM_LABEL}=${name}' "$@" --format '{{.Names}}'; }
bring() {
  for existing in $(mine); do
    keep=
    for port in "$@"; do [ "$existing" != "${name}-$port" ] || keep=1; done
    [ -n "$keep" ] || docker rm -f "$existing" >/dev/null
  done
  present=$(mine)
  running=$(mine --filter status=running)
  for port in "$@"; do
    printf '%s\\n' "$running" | grep -Fqx "${name}-$port" && continue
    if printf '%s\\n' "$present" | grep -Fqx "${name}-$port"; then echo "start ${name}-$port"
    else echo "run -d --name ${name}-$port -p $port:80 --restart unless-stopped ${labels.map(([key, value]) => `--label ${key}=${value}`).join(" ")} ${imageId}"
    fi
  done | xargs -r -L 1 -P 4 docker >/dev/null
}
# The script of a run that was killed may still be at work in here: what it made first is found at the next attempt.
attempt=1
until bring "$@"; do
  [ "$attempt" -lt 3 ] || exit 1
  attempt=$((attempt + 1))
  sleep 1
done
echo "{\\"containers\\":$(mine --filter status=running | wc -l)}"
`;
}

/** Many nginx on a row of ports (L3222), as one resource that lists them. */
export class NginxFarm extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: NginxFarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:NginxFarm", name, { ports: [...args.ports] }, opts);
    const { context } = args;
    script(
      `${name}-containers`,
      {
        shell: context.channel.shell,
        apply: args.ports.join(" "),
        // Without ports the script removes the whole farm.
        remove: "",
        script: context.imageId("nginx").apply((imageId) => renderFarm(args.name, imageId, context.mark)),
        deadline: "10m",
      },
      { ...onDisk(context, this), provider: context.providers.command, dependsOn: [context.ready] },
    );
    this.registerOutputs({});
  }
}
