/**
 * Ports of the management channel: as many connections at once. Each is a connection of its own, so that no broken one disturbs
 * another; what one management run opens goes through few.
 */
export const CHANNEL_PORTS = 12;

/** Name of a port of the channel: the guest finds its device by it (`images/machine/files/usr/local/sbin/classlab-channel`). */
export function channelPortName(port: number): string {
  return `classlab.channel.${port}`;
}

/** Beginning of the paths of a guest's channel on its host. */
export const CHANNEL_SOCKETS = "/run/libvirt/qemu";

/**
 * Socket on the host that is a port of a guest's channel. libvirt makes it when the guest starts, and only root may connect. Said, not
 * left to libvirt: its own choice has the guest's number in it, which is another after each start. 107 characters are the most that a
 * socket's path may have (unix(7)).
 */
export function channelSocket(objectName: string, port: number): string {
  return `${CHANNEL_SOCKETS}/${objectName}.channel.${port}`;
}
