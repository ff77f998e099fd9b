import type { GuestPlan } from "../../../course/plan";
import { channelOptions } from "../channelOptions";
import type { GuestChannel } from "../driver";

/**
 * The channel of a container: `docker exec`, so that a guest without any network is managed all the same. SSH runs over
 * it only because that is the one stream transport the Docker provider knows.
 */
export function containerChannel(plan: GuestPlan, lab: string): GuestChannel {
  return {
    shell: `docker exec -i ${plan.objectName} sh -s --`,
    sshRelay: `docker exec -i ${plan.objectName} bash -c 'exec 3<>/dev/tcp/127.0.0.1/22 && { cat <&3 & cat >&3; }'`,
    loadImages: `docker exec -i ${plan.objectName} docker load -q`,
    dockerHost: `ssh://root@${plan.objectName}`,
    sshOpts: channelOptions({
      lab,
      team: plan.team,
      proxyCommand: `docker exec -i ${plan.objectName} /usr/sbin/sshd -i -f /etc/classlab/channel_sshd_config`,
      seconds: 20,
    }),
  };
}
