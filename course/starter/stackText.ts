import type { ExtensionPackBasis, LabConfig } from "../config";
import type { Language } from "../languages";

/** What a new lab is to be. */
export interface StarterAnswers {
  readonly language: Language;
  readonly edition: LabConfig["edition"];
  readonly target: LabConfig["target"];
  /** How many, or a roster by its path from the stack file. */
  readonly teams: number | { readonly roster: string; readonly size: number };
  /** Empty: none is named. */
  readonly exercises: NonNullable<LabConfig["exercises"]>;
  /** For what VirtualBox's Extension Pack is used, by which its licence is accepted; absent where nobody said. */
  readonly extensionPack?: ExtensionPackBasis;
}

/** A comment and the keys that it is about. */
interface Block {
  readonly comment: Readonly<Record<Language, readonly string[]>>;
  readonly yaml: readonly string[];
  /** Whether the keys count; else they stand there to be uncommented. */
  readonly active: boolean;
}

function teamsBlock({ teams }: StarterAnswers): Block {
  if (typeof teams === "number") {
    return {
      comment: {
        ja: ["班の数。名簿から班を作るときは、数の代わりに { roster: 名簿.csv, size: 4 } と書きます。"],
        en: ["How many teams. For teams of a roster, instead of the number: { roster: FILE.csv, size: 4 }."],
      },
      yaml: [`teams: ${teams}`],
      active: true,
    };
  }
  return {
    comment: {
      ja: [
        "名簿（このファイルからの相対パス）と、1班の人数。氏名は名簿の外には書き出されません。",
        "誰がどの席かは、名簿の隣の .lock.json に保存されます。消さないでください。",
      ],
      en: [
        "The roster, relative to this file, and learners a team. Names stay in the roster.",
        "Who sits where is kept in the .lock.json beside it. Do not delete that file.",
      ],
    },
    yaml: ["teams:", `  roster: ${JSON.stringify(teams.roster)}`, `  size: ${teams.size}`],
    active: true,
  };
}

/** The key that is there where one was chosen, and an example where not. */
function exercisesBlock({ exercises }: StarterAnswers): Block {
  return {
    comment: {
      ja: [
        "授業で行う演習（順番どおり）。各班は最初の演習の開始状態で用意されます。",
        "書かないときは、設定したものがすべて動いている状態（リハーサル用）になります。",
      ],
      en: [
        "The exercises of the class, in order. Every team starts where the first one starts.",
        "Without them everything that is configured runs, as for a rehearsal.",
      ],
    },
    yaml: [`exercises: [${(exercises.length > 0 ? exercises : ["4-docker", "6-php"]).join(", ")}]`],
    active: exercises.length > 0,
  };
}

function licencesBlock(basis: ExtensionPackBasis): Block {
  return {
    comment: {
      ja: ["VirtualBox の拡張パックのライセンス（PUEL）への同意と、その用途。"],
      en: ["The licence of VirtualBox's Extension Pack (PUEL) is accepted, for this use."],
    },
    yaml: ["licences:", `  extensionPack: { accepted: PUEL, basis: ${basis} }`],
    active: true,
  };
}

function chosen(answers: StarterAnswers): Block[] {
  return [
    {
      comment: {
        ja: ["教材の版。current は現在サポートされている版、2019 は元の資料どおりの版です。"],
        en: [
          "The edition of the course: current has today's supported versions, 2019 the manual's originals.",
        ],
      },
      yaml: [`edition: ${answers.edition === "current" ? "current" : '"2019"'}`],
      active: true,
    },
    {
      comment: {
        ja: ["ゲストを動かす場所。containers はこのパソコンの上でコンテナがゲストの代わりをします。"],
        en: ["Where guests run. With containers, containers on this machine stand in for guests."],
      },
      yaml: [`target: ${answers.target}`],
      active: true,
    },
    {
      comment: {
        ja: ["ゲストのロケール、キーボード、タイムゾーンを決める言語。"],
        en: ["Decides locale, keyboard and time zone of guests."],
      },
      yaml: [`language: ${answers.language}`],
      active: true,
    },
    teamsBlock(answers),
    exercisesBlock(answers),
    ...(answers.extensionPack ? [licencesBlock(answers.extensionPack)] : []),
  ];
}

const EXAMPLES: readonly Block[] = [
  {
    comment: {
      ja: ["どこかの班の環境が壊れたときのための予備。"],
      en: ["Labs that stand by for a team whose own breaks."],
    },
    yaml: ["spareTeams: 1"],
    active: false,
  },
  {
    comment: {
      ja: ["全班の状態。start は演習の開始時、solved は終了時。"],
      en: ["Where every team stands: at the start of an exercise, or where it ends (solved)."],
    },
    yaml: ["state: { exercise: 4-docker, at: solved }"],
    active: false,
  },
  {
    comment: {
      ja: ["授業の日程（教室の時刻）。準備日から撤去日まで。"],
      en: ["When the class is, by the classroom's clock, from preparation to teardown."],
    },
    yaml: [
      "calendar:",
      "  preparation: 2027-01-15",
      "  lessons:",
      "    - { start: 2027-01-18T09:00, end: 2027-01-18T16:30 }",
      "  teardown: 2027-01-19",
    ],
    active: false,
  },
  {
    comment: {
      ja: ["教室のネットワーク。管理者に確認した値を書きます。"],
      en: ["The network of the room, as its administrator describes it."],
    },
    yaml: [
      "site:",
      "  network:",
      "    cidr: 192.168.99.0/24",
      "    gateway: 192.168.99.1",
      "    dns: [192.168.99.1]",
      "    proxy: { http: http://proxy.school.example:8080 }",
    ],
    active: false,
  },
  {
    comment: {
      ja: ["スイッチとゲスト。書かないときは教材どおり（ubuntu-test1 と ubuntu-test2）です。"],
      en: [
        "Switches and guests. Without these keys they are the course's own: ubuntu-test1 and ubuntu-test2.",
      ],
    },
    yaml: [
      "switches:",
      "  - { name: lan, mode: bridged, subnet: 192.168.99.0/24 }",
      "guests:",
      "  - name: ubuntu-test1",
      "    adapters: [{ switch: lan, address: 192.168.99.99 }]",
      "    docker: [{ kind: nginx }, { kind: php-apache }, { kind: wordpress }]",
    ],
    active: false,
  },
];

const HEAD: Readonly<Record<Language, (selection: string) => readonly string[]>> = {
  ja: (selection) => [
    "教室の設定。書き換えたら、まず内容を確認し、次に反映します。",
    `  npx classlab plan ${selection}`,
    `  npx classlab up ${selection}`,
    "行頭に # が付いたキーは例です。使うときは # を消します。",
  ],
  en: (selection) => [
    "A classroom. After a change look at what it will be, then bring it about:",
    `  npx classlab plan ${selection}`,
    `  npx classlab up ${selection}`,
    "Keys behind a # are examples: remove the # to use them.",
  ],
};

/**
 * The stack file of a new lab, with a comment to every key in the language of the lab.
 * @param options.schema path of the JSON Schema from the file, for editors
 * @param options.selection the options that name the lab on a command line
 * @param options.everything uncomments the examples as well: for the test that all of them are good
 */
export function stackText(
  answers: StarterAnswers,
  options: { readonly schema: string; readonly selection: string; readonly everything?: boolean },
): string {
  const { language } = answers;
  const blocks = [...chosen(answers), ...EXAMPLES].map(({ comment, yaml, active }) => {
    const mark = active || options.everything ? "" : "#";
    return [...comment[language].map((line) => `    # ${line}`), ...yaml.map((line) => `    ${mark}${line}`)];
  });
  return `${[
    `# yaml-language-server: $schema=${options.schema}`,
    ...HEAD[language](options.selection).map((line) => `# ${line}`),
    "config:",
    "  classlab:lab:",
    ...blocks.flat(),
  ].join("\n")}\n`;
}
