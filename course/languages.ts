/** Languages that guests, sheets and reports speak. */
export const LANGUAGES = ["ja", "en"] as const;

/** One of the languages. */
export type Language = (typeof LANGUAGES)[number];

/** What a guest is set to in a language: the course is held in Japan, whatever its language. */
export const LANGUAGE_SETTINGS: Readonly<
  Record<Language, { readonly locale: string; readonly keyboard: string; readonly timeZone: string }>
> = {
  ja: { locale: "ja_JP.UTF-8", keyboard: "jp", timeZone: "Asia/Tokyo" },
  en: { locale: "en_US.UTF-8", keyboard: "us", timeZone: "Asia/Tokyo" },
};
