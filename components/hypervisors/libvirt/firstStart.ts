/** What cloud-init leaves when a start has come to its end, well or not (cloudinit.readthedocs.io, "Boot status"). */
export const RESULT = "/run/cloud-init/result.json";

/**
 * Shell for the guest: `uptime` sets `$seconds`; `first_start_ended END` waits, until the guest has been up for END seconds, for the end of its
 * first start. Who waits must not take the processor from what it waits for: an emulated guest starts a program in a twentieth of a second, so
 * that the clock is read by the shell, and what has not ended soon is looked at less often.
 */
export const FIRST_START = `uptime() {
  read -r seconds _ < /proc/uptime
  seconds=\${seconds%.*}
}
first_start_ended() {
  uptime
  soon=$((seconds + 10))
  while [ ! -e ${RESULT} ]; do
    uptime
    [ "$seconds" -lt "$1" ] || return 1
    if [ "$seconds" -lt "$soon" ]; then sleep 0.5; else sleep 2; fi
  done
}
`;
