import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";

/** File of the keyboard (keyboard(5)). */
export const KEYBOARD_FILE = "/etc/default/keyboard";

/** What stands in {@link KEYBOARD_FILE}. @param layout as XKB names it, such as `jp` */
export function keyboardText(layout: string): string {
  return `XKBMODEL="pc105"\nXKBLAYOUT="${layout}"\nXKBVARIANT=""\nXKBOPTIONS=""\n`;
}

/** What was set last, so that a guest is set once and what learners choose afterwards stays. */
const SET = "/etc/classlab/language";

/**
 * Script for the guest, run as root: time zone, locale and keyboard, each where the guest has data for it. A container has no
 * console, so the keyboard is a file for what a learner may install. Safe to repeat: it does nothing a second time.
 */
export function renderLanguage(guest: Pick<GuestPlan, "locale" | "keyboard" | "timeZone">): string {
  const { locale, keyboard, timeZone } = guest;
  const [language = locale] = locale.split(".");
  return `set -eu
set_to=${quote(`${locale} ${keyboard} ${timeZone}`)}
[ "$(cat ${SET} 2>/dev/null)" != "$set_to" ] || exit 0
mkdir -p /etc/default /etc/profile.d
zone=${quote(timeZone)}
if [ -f "/usr/share/zoneinfo/$zone" ]; then
  ln -sf "/usr/share/zoneinfo/$zone" /etc/localtime
  echo "$zone" > /etc/timezone
fi
known() { locale -a 2>/dev/null | grep -Fqx ${quote(`${language}.utf8`)}; }
if ! known && [ -e ${quote(`/usr/share/i18n/locales/${language}`)} ]; then
  localedef -i ${quote(language)} -f UTF-8 ${quote(locale)} || :
fi
if known; then
  echo ${quote(`LANG=${locale}`)} > /etc/default/locale
  # Without PAM nothing else reads it at login.
  printf '[ -n "\${LANG:-}" ] || export LANG=%s\\n' ${quote(locale)} > /etc/profile.d/classlab-language.sh
fi
printf 'XKBMODEL="pc105"\\nXKBLAYOUT="%s"\\nXKBVARIANT=""\\nXKBOPTIONS=""\\n' ${quote(keyboard)} > /etc/default/keyboard
echo "$set_to" > ${SET}
`;
}
