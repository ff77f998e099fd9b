/** libvirt's own daemon on the host: networks, bridges and pools are made by no other. */
export const LIBVIRT_URI = "qemu:///system";
