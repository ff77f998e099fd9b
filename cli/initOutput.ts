import { relative } from "node:path";
import type { Language } from "../course/languages";
import type { InitReport, WrittenFile } from "../operations/init";
import { describeRoster } from "../operations/roster";

/** What `init` says and asks, in the language of the lab. */
export interface InitTexts {
  readonly name: string;
  readonly teams: string;
  readonly sample: (file: string) => string;
  readonly edition: string;
  readonly target: string;
  readonly exercises: (known: string) => string;
  readonly extensionPack: string;
  readonly again: string;
  readonly written: string;
  readonly next: string;
  readonly kinds: Readonly<Record<WrittenFile["kind"], string>>;
}

/** The first question, before any language is chosen. */
export const LANGUAGE_QUESTION = "Language / 言語 (ja, en) [ja]: ";

/** The texts by language. */
export const INIT_TEXTS: Readonly<Record<Language, InitTexts>> = {
  en: {
    name: "Name of the lab [class]: ",
    teams: "How many teams, or the file of a roster (CSV) [1]: ",
    sample: (file) => `There is no ${file}. Write a sample to fill in? [Y/n] `,
    edition: "Edition of the course (current, 2019) [current]: ",
    target: "Where guests run (containers, libvirt, virtualbox, hyperv) [containers]: ",
    exercises: (known) => `Exercises, with commas between; none: all that is configured (${known}) []: `,
    extensionPack:
      "1-virtualbox installs VirtualBox's Extension Pack. Its licence (PUEL, https://www.virtualbox.org/wiki/VirtualBox_PUEL) is free for personal, education and evaluation only. Name yours to accept it []: ",
    again: "That is none of the answers.\n",
    written: "Written:",
    next: "Next:",
    kinds: {
      "stack-file": "the lab; its comments say what can be changed",
      "sample-roster": "a sample roster: put your learners in its place; keep it out of repositories",
      lock: "who sits where, without names: keep it beside the roster",
    },
  },
  ja: {
    name: "ラボの名前（英小文字・数字・ハイフン）[class]: ",
    teams: "班の数、または名簿（CSV）のファイル名 [1]: ",
    sample: (file) => `${file} はありません。見本を作りますか? [Y/n] `,
    edition: "教材の版（current, 2019）[current]: ",
    target: "ゲストを動かす場所（containers, libvirt, virtualbox, hyperv）[containers]: ",
    exercises: (known) => `演習（コンマ区切り。空欄なら設定したものすべて）（${known}）[]: `,
    extensionPack:
      "1-virtualbox では VirtualBox の拡張パックをインストールします。ライセンス（PUEL、https://www.virtualbox.org/wiki/VirtualBox_PUEL）が無償なのは personal（個人利用）、education（教育）、evaluation（評価）のみです。同意する場合は用途を入力してください []: ",
    again: "選択肢にない答えです。\n",
    written: "作成したファイル:",
    next: "次の手順:",
    kinds: {
      "stack-file": "ラボの設定。変更できる点はファイル内のコメントにあります",
      "sample-roster": "名簿の見本。受講者に書き換えてください。リポジトリには入れないでください",
      lock: "席の割り当て（氏名なし）。名簿の隣に残してください",
    },
  },
};

/** A path as the user, who is in this folder, knows it. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

/** The commands that come after `init`. */
export function nextCommands(selection: string): readonly string[] {
  return [`npx classlab plan ${selection}`, `npx classlab up ${selection}`];
}

/** What `init` did, and what to do next. */
export function renderInit(report: InitReport, language: Language, selection: string): string {
  const texts = INIT_TEXTS[language];
  return [
    texts.written,
    ...report.files.map(({ path, kind }) => `  ${shown(path)}  ${texts.kinds[kind]}`),
    ...(report.roster ? [describeRoster(report.roster)] : []),
    texts.next,
    ...nextCommands(selection).map((command) => `  ${command}`),
    "",
  ].join("\n");
}
