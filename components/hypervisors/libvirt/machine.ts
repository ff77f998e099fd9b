/**
 * What the kernel of a guest is told: its root is the whole disk, and its console the serial port, whose log the host keeps. Of Linux'
 * security modules those that have no policies: AppArmor's would be read at every start, and without it SELinux looks for its own.
 */
export const MACHINE_ARGUMENTS =
  "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 audit=0 lsm=landlock,yama";

/**
 * What it is told besides on a processor that QEMU emulates. That one speculates about nothing. Its time stamp counter is the host's, and how
 * fast that counts is measured at the start: on a busy host wrongly, so that a guest's clock ran eighteen times too fast (QEMU 7.2). The
 * HPET is QEMU's own, and keeps the host's time (Linux, admin-guide/kernel-parameters). Nor is it tried whether the timer's interrupts come:
 * on a busy host they come too late for that, and the kernel panicked ("IO-APIC + timer doesn't work!").
 *
 * The rest is speed, a quarter of a first start. Programs and libraries lie where they always do: QEMU 7.2 keeps what it has translated by
 * its virtual address, and translates a library anew for each process that has it elsewhere. Timers go off with the clock's tick: each one
 * that is set is a call out of the emulated processor, and Go's runtime sets hundreds a second. Memory is not cleared twice, and who waits
 * for readers of kernel data does not wait for the next tick.
 */
export const EMULATED_ARGUMENTS =
  "norandmaps highres=off init_on_alloc=0 rcupdate.rcu_expedited=1 mitigations=off tsc=unstable clocksource=hpet no_timer_check";
