import type { GuestPlan } from "../../../course/plan";
import type { SiteSettings } from "../../../course/siteSettings";
import { CA_FILE, ENGINE_FILE, siteFiles } from "../containers/siteFiles";
import {
  BLOCK,
  CLIENT,
  DROP,
  type Engine,
  FILES,
  MEND,
  READ_ANEW,
  renderEngine,
  renderWishes,
  STORE,
} from "../containers/siteScript";
import { libvirtChannel } from "./channel";
import { ENGINE_PROXY, engineProxy, OF_CONTAINERS } from "./siteCloudConfig";
import { assigned, HEAD } from "./virsh";

/** Files of time servers: what keeps the clock reads them when it starts. */
const TIME_FILES =
  "/etc/systemd/timesyncd.conf.d/classlab-site.conf /etc/chrony/sources.d/classlab-site.sources";

/** The clock of a virtual machine is its own. */
const CLOCK = `clock=$(contents ${TIME_FILES})
[ -e /etc/classlab/site.clock ] || contents /dev/null > /etc/classlab/site.clock
if [ "$(cat /etc/classlab/site.clock)" != "$clock" ]; then
  systemctl try-restart systemd-timesyncd chrony 2>/dev/null || :
  echo "$clock" > /etc/classlab/site.clock
fi
`;

/** The engine of a virtual machine: systemd restarts one that ended well only when it is told to. An emulated one takes a minute. */
const ENGINE: Engine = {
  log: "journalctl -u docker -n 20 --no-pager",
  restart: "systemctl restart --no-block docker",
  seconds: 300,
};

/** systemd starts the engine with the environment that it has read last. */
const RESTART = `engine=$(contents ${ENGINE_FILE} ${ENGINE_PROXY} ${CA_FILE})
if ! is_read engine "$engine"; then
  # Ended in between, nobody knows what it has read.
  was_read engine -
  systemctl daemon-reload
  restart_engine
  was_read engine "$engine"
fi
`;

/**
 * Script for the guest, run as root: brings it to the site's settings; argument `remove` takes away all of them. Safe to repeat. Prints as one
 * JSON line which files it left because somebody else made or changed them. DNS servers are in the guest's network.
 * @param settings as this guest takes them
 */
export function renderSiteSettings(settings: SiteSettings): string {
  const { proxy } = settings;
  const files = [
    ...siteFiles(settings).filter(({ path }) => !OF_CONTAINERS.includes(path)),
    ...(proxy ? [engineProxy(proxy)] : []),
  ];
  return `set -eu
umask 022
${STORE}${FILES}${BLOCK}${CLIENT}${renderEngine(ENGINE)}${MEND}if [ "$1" = apply ]; then
:
${renderWishes(files, proxy).join("\n")}
fi
${DROP}${READ_ANEW}${CLOCK}${RESTART}echo "{\\"clock\\":\\"guest\\",\\"left\\":[$left]}"
`;
}

/**
 * Script for this machine that runs {@link renderSiteSettings} in a guest. With argument `remove` a guest that does not run is well: what
 * was in it goes with it.
 */
export function renderSite(
  guest: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  settings: SiteSettings,
): string {
  return `${HEAD}${assigned({ guest: guest.objectName })}if [ "$1" = remove ]; then
  running=$(lists list --name)
  among "$guest" "$running" || exit 0
fi
${libvirtChannel(guest, lab).shell} "$1" <<'SETTINGS'
${renderSiteSettings(settings)}SETTINGS
`;
}
