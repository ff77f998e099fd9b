/**
 * Windows' own names of time zones, by those of the IANA (unicode.org, CLDR, windowsZones.xml; release 45): those of the places where the course was held
 * or asked for. Others are refused, since Windows takes no IANA name, and a wrong one stops its first start.
 */
const ZONES: Readonly<Record<string, string>> = {
  "Asia/Tokyo": "Tokyo Standard Time",
  "Asia/Seoul": "Korea Standard Time",
  "Asia/Shanghai": "China Standard Time",
  "Asia/Taipei": "Taipei Standard Time",
  "Asia/Singapore": "Singapore Standard Time",
  "Asia/Bangkok": "SE Asia Standard Time",
  "Asia/Kolkata": "India Standard Time",
  "Australia/Sydney": "AUS Eastern Standard Time",
  "Europe/London": "GMT Standard Time",
  "Europe/Paris": "Romance Standard Time",
  "Europe/Berlin": "W. Europe Standard Time",
  "America/New_York": "Eastern Standard Time",
  "America/Chicago": "Central Standard Time",
  "America/Denver": "Mountain Standard Time",
  "America/Los_Angeles": "Pacific Standard Time",
  UTC: "UTC",
  "Etc/UTC": "UTC",
};

/** The zones of the IANA that Windows' name is known of, in order. */
export const ZONES_OF_WINDOWS: readonly string[] = Object.keys(ZONES);

/** Windows' name of a time zone; undefined where it is not known. */
export function windowsZone(zone: string): string | undefined {
  return Object.hasOwn(ZONES, zone) ? ZONES[zone] : undefined;
}

/**
 * Languages whose own keyboard a layout is. The name of a language stands for its keyboard: for Japanese that of its input method, which has no number
 * (learn.microsoft.com/windows-hardware/manufacture/desktop/default-input-locales-for-windows-language-packs).
 */
const KEYBOARDS: Readonly<Record<string, string>> = {
  jp: "ja-JP",
  us: "en-US",
  gb: "en-GB",
  kr: "ko-KR",
  de: "de-DE",
  fr: "fr-FR",
  es: "es-ES",
  it: "it-IT",
};

/** The keyboard layouts that Windows' name is known of, in order. */
export const KEYBOARDS_OF_WINDOWS: readonly string[] = Object.keys(KEYBOARDS);

/** Windows' name of a keyboard layout; undefined where it is not known. */
export function windowsKeyboard(layout: string): string | undefined {
  return Object.hasOwn(KEYBOARDS, layout) ? KEYBOARDS[layout] : undefined;
}

/** Windows' name of a locale: `ja-JP` for `ja_JP.UTF-8`. */
export function windowsLocale(locale: string): string {
  return locale.replace(/\..*$/, "").replace("_", "-");
}
