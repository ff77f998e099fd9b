/** What cloud-init leaves when a start has come to its end, well or not (cloudinit.readthedocs.io, "Boot status"). */
export const RESULT = "/run/cloud-init/result.json";

/** Longest that the end of the boot is waited for before the clock and the result are looked at again, in seconds. */
const LOOK_SECONDS = 10;

/**
 * Shell for the guest: `uptime` sets `$seconds`; `first_start_ended END` waits, until the guest has been up for END seconds, for the end of its
 * first start. Who waits must not take the processor from what it waits for: an emulated guest starts a program in a twentieth of a second, so
 * that the clock is read by the shell, and the end of the boot, of which cloud-init is a part, is told by systemd and not looked for
 * (systemctl(1), `is-system-running`).
 */
export const FIRST_START = `uptime() {
  read -r seconds _ < /proc/uptime
  seconds=\${seconds%.*}
}
first_start_ended() {
  while [ ! -e ${RESULT} ]; do
    uptime
    [ "$seconds" -lt "$1" ] || return 1
    left=$(($1 - seconds))
    [ "$left" -lt ${LOOK_SECONDS} ] || left=${LOOK_SECONDS}
    timeout "$left" systemctl is-system-running --wait >/dev/null 2>&1 || :
    # Told at once: its bus is not there yet, or cloud-init comes after the boot.
    [ -e ${RESULT} ] || sleep 1
  done
}
`;
