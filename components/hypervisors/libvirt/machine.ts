/** What the kernel of a guest is told: its root is the whole disk, and its console the serial port, whose log the host keeps. */
export const MACHINE_ARGUMENTS = "root=/dev/vda rw console=ttyS0 net.ifnames=0";
