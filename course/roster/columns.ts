/** Columns of a roster; every other is a mistake. */
export const ROSTER_COLUMNS = ["name", "email", "team", "seat", "host"] as const;

/** One of a roster's columns. */
export type RosterColumn = (typeof ROSTER_COLUMNS)[number];

/**
 * What the first line of a roster may call each column: the English name first, then the Japanese one that is shown in
 * messages, then what spreadsheets of schools use as well.
 */
export const COLUMN_NAMES: Readonly<
  Record<RosterColumn, readonly [english: string, japanese: string, ...others: string[]]>
> = {
  name: ["name", "氏名", "名前", "お名前", "受講者名", "受講者"],
  email: ["email", "メール", "e-mail", "mail", "メールアドレス", "eメール"],
  team: ["team", "班", "チーム", "グループ", "group"],
  seat: ["seat", "席", "座席", "席番号", "座席番号"],
  host: ["host", "ホスト", "サーバー", "サーバ", "server"],
};

/** How a roster's text is compared: full-width and half-width forms are one, case and outer spaces are none. */
export function normalised(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}

/** The column that a cell of the first line names; undefined for one that is not known. */
export function columnNamed(cell: string): RosterColumn | undefined {
  const wanted = normalised(cell);
  return ROSTER_COLUMNS.find((column) => COLUMN_NAMES[column].some((name) => normalised(name) === wanted));
}

/** The known columns, for messages: `name (氏名), email (メール), …`. */
export function knownColumns(): string {
  return ROSTER_COLUMNS.map((column) => `${COLUMN_NAMES[column][0]} (${COLUMN_NAMES[column][1]})`).join(", ");
}
