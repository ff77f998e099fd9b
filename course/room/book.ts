import type { Language } from "../languages";
import { quote } from "../shell";
import type { Precheck } from "./precheck";
import { type Condition, type Level, ROOM_RULES, type RoomRule } from "./rules";

type Text = Readonly<Record<Language, string>>;

/** Words of levels, as reports and tables have them. */
export const LEVEL_WORDS: Readonly<Record<Level, Text>> = {
  no: { en: "not possible", ja: "不可" },
  mend: { en: "has to be mended", ja: "要対応" },
  limited: { en: "with limits", ja: "制限あり" },
  know: { en: "good to know", ja: "参考" },
};

/** What a report at a PC shows of it, in this order. */
const LABELS: readonly (readonly [field: keyof Precheck, text: Text])[] = [
  ["product", { en: "System", ja: "OS" }],
  ["processor", { en: "Processor", ja: "プロセッサ" }],
  ["cpus", { en: "Logical processors", ja: "論理プロセッサ数" }],
  ["memory", { en: "Memory (MiB)", ja: "メモリー（MiB）" }],
  ["diskFree", { en: "Free disk space (GiB)", ja: "ディスクの空き容量（GiB）" }],
  ["firmwareVirtualization", { en: "Virtualization in the firmware", ja: "ファームウェアの仮想化支援" }],
  ["hypervisor", { en: "Windows' hypervisor runs", ja: "Windowsのハイパーバイザーが動作中" }],
  ["virtualbox", { en: "VirtualBox", ja: "VirtualBox" }],
  ["ssh", { en: "SSH server", ja: "SSHサーバー" }],
  ["bitlocker", { en: "BitLocker", ja: "BitLocker" }],
  ["restoreSoftware", { en: "Restore software", ja: "環境復元ソフト" }],
  ["administrator", { en: "The user is an administrator", ja: "管理者ユーザー" }],
  ["link", { en: "Connection", ja: "ネットワーク接続" }],
  ["address", { en: "Address", ja: "IPアドレス" }],
  ["subnets", { en: "Subnets in use", ja: "使用中のサブネット" }],
];

const WORDS: Readonly<Record<"title" | "nothing" | "yes" | "no" | "unknown", Text>> = {
  title: { en: "Precheck", ja: "事前確認" },
  nothing: { en: "Nothing has to be done at this PC.", ja: "このPCで必要な対応はありません。" },
  yes: { en: "yes", ja: "はい" },
  no: { en: "no", ja: "いいえ" },
  unknown: { en: "unknown", ja: "不明" },
};

/** What a script at a PC tells in one language, as data: labels, rules and words. */
export function bookOf(language: Language): object {
  return {
    language,
    words: Object.fromEntries(Object.entries(WORDS).map(([key, text]) => [key, text[language]])),
    labels: LABELS.map(([field, text]) => ({ field, text: text[language] })),
    rules: ROOM_RULES.map(({ when, level, found, mend }) => ({
      when,
      level: LEVEL_WORDS[level][language],
      found: found[language],
      mend: mend[language],
    })),
  };
}

/** A document in ASCII, between the quotes of PowerShell that leave everything as it is. */
export function powerShellText(document: object): string {
  const ascii = JSON.stringify(document).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `'${ascii.replaceAll("'", "''")}'`;
}

/** A condition as a test of sh, whose variables are called like the fields. */
function shellTest(condition: Condition): string {
  if ("is" in condition) return `[ "$${condition.field}" = ${quote(String(condition.is))} ]`;
  if ("below" in condition) return `[ "$${condition.field}" -lt ${condition.below} ]`;
  if ("longer" in condition) return `[ "\${#${condition.field}}" -gt ${condition.longer} ]`;
  return `[ -n "$${condition.field}" ]`;
}

const isOfWindows = ({ when }: Pick<RoomRule, "when">): boolean =>
  when.some((condition) => "is" in condition && condition.field === "os" && condition.is === "windows");

/** The function of `precheck.sh` that tells of a PC in one language. */
export function shellReport(language: Language): string {
  const say = (text: string) => `printf '%s\\n' ${quote(text)}`;
  const rules = ROOM_RULES.filter((rule) => !isOfWindows(rule)).map(({ when, level, found, mend }) => {
    const told = `[${LEVEL_WORDS[level][language]}] ${found[language]} ${mend[language]}`;
    return `  if ${when.map(shellTest).join(" && ")}; then\n    told=1\n    ${say(told)}\n  fi`;
  });
  const labels = LABELS.map(
    ([field, text]) =>
      `  printf '%s: %s\\n' ${quote(text[language])} "$(printf '%s' "\${${field}:--}" | tr '\\n' ' ')"`,
  );
  return [
    "report() {",
    "  told=0",
    `  printf '%s: %s %s\\n' ${quote(WORDS.title[language])} "$name" "$seat"`,
    ...rules,
    `  if [ "$told" = 0 ]; then ${say(WORDS.nothing[language])}; fi`,
    ...labels,
    "}",
  ].join("\n");
}
