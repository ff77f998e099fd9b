import type { GuestPlan } from "../../../course/plan";
import type { GuestChannel } from "../driver";

/** Environment variable that holds the folder of keys and state; part of the environment `classlab env` prints. */
export const HOME_VARIABLE = "CLASSLAB_HOME";

/** Path of a team's private key below the home folder. */
export function teamKeyPath(lab: string, team: string): string {
  return `keys/${lab}/${team}`;
}

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
    sshOpts: [
      // The user's own SSH configuration must not reach in here.
      "-F",
      "none",
      "-o",
      `ProxyCommand=docker exec -i ${plan.objectName} /usr/sbin/sshd -i -f /etc/classlab/channel_sshd_config`,
      // ssh expands the variable itself: the recorded input is the same on every machine.
      "-o",
      `IdentityFile=\${${HOME_VARIABLE}}/${teamKeyPath(lab, plan.team)}`,
      "-o",
      "IdentitiesOnly=yes",
      // The other end is named by `docker exec`; nobody stands between.
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "LogLevel=ERROR",
      "-o",
      "ConnectTimeout=20",
    ],
  };
}
