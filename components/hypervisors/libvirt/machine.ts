/** What the kernel of a guest is told: its root is the whole disk, and its console the serial port, whose log the host keeps. */
export const MACHINE_ARGUMENTS = "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 audit=0 apparmor=0";

/**
 * What it is told besides on a processor that QEMU emulates: that one speculates about nothing, and its clock, which counts as steadily
 * as the host's, need not be measured (Linux, admin-guide/kernel-parameters).
 */
export const EMULATED_ARGUMENTS = "mitigations=off tsc=reliable";
