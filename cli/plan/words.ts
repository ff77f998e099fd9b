import type { Language } from "../../course/languages";
import type { Mode } from "../../course/modes";
import { HOST_KIND_NAMES, type HostKind, TARGET_NAMES } from "../../course/support";
import { ACCESS_EN, type AccessWords } from "../output";

/** The words of a plan as people read it. */
export interface PlanWords {
  readonly title: (lab: string, teams: number, guests: number) => string;
  readonly edition: { readonly current: string; readonly "2019": string };
  /** Between the parts of a line. */
  readonly comma: string;
  readonly spare: (count: number) => string;
  readonly hosts: string;
  readonly hostColumns: readonly string[];
  readonly of: (needed: string, limit: string | undefined) => string;
  readonly switches: string;
  readonly switchColumns: readonly string[];
  readonly eachTeams: string;
  readonly guests: string;
  readonly guestColumns: readonly string[];
  readonly memory: { readonly static: string; readonly dynamic: string };
  readonly teams: string;
  readonly teamColumns: readonly string[];
  readonly state: {
    readonly configured: string;
    readonly start: (exercise: string) => string;
    readonly solved: (exercise: string) => string;
  };
  readonly kinds: Readonly<Record<HostKind, string>>;
  readonly containers: string;
  readonly exercises: string;
  readonly exerciseColumns: readonly string[];
  readonly support: {
    readonly "as-printed": string;
    readonly "other-screens": string;
    readonly impossible: string;
  };
  readonly calendar: string;
  readonly calendarRows: {
    readonly made: string;
    readonly lesson: string;
    readonly hardEnd: string;
    readonly gone: string;
  };
  readonly cost: string;
  readonly costRows: {
    readonly running: string;
    readonly stopped: string;
    readonly ended: string;
    readonly total: string;
    readonly lessonDay: string;
    readonly notIncluded: string;
  };
  /** An amount where something that bills has no price in the table. */
  readonly atLeast: (amount: string) => string;
  readonly nothing: string;
  readonly pulls: string;
  readonly notes: string;
  readonly access: string;
  readonly channels: string;
  readonly gateway: (name: string, port: number) => string;
  readonly registry: (name: string, accounts: number, mib: number) => string;
  readonly mirror: (name: string, of: string | undefined, preload: boolean) => string;
  readonly ways: AccessWords;
  readonly modes: Readonly<Record<Mode, string>>;
  readonly macs: readonly string[];
}

const MODES_EN: PlanWords["modes"] = {
  disabled: "disabled",
  "host-only": "host-only",
  nat: "nat",
  "nat-network": "nat-network",
  bridged: "bridged",
  internal: "internal",
};

/** The words, by language. */
export const PLAN_WORDS: Readonly<Record<Language, PlanWords>> = {
  en: {
    title: (lab, teams, guests) =>
      `Plan of lab "${lab}": ${teams} ${teams === 1 ? "team" : "teams"}, ${guests} ${guests === 1 ? "guest" : "guests"}`,
    edition: { current: "today's edition", "2019": "edition of 2019" },
    comma: ", ",
    spare: (count) => `${count} of them ${count === 1 ? "stands" : "stand"} by`,
    hosts: "Hosts",
    hostColumns: ["host", "kind", "target", "teams", "vCPU", "memory (GiB)", "disk (GiB)"],
    of: (needed, limit) => (limit === undefined ? `${needed}, not checked` : `${needed} of ${limit}`),
    switches: "Switches",
    switchColumns: ["switch", "mode", "subnet", "gateway", "host"],
    eachTeams: "each team's own",
    guests: "Guests of a team",
    guestColumns: ["guest", "vCPU", "memory (MiB)", "disk (GiB)", "profile", "Docker"],
    memory: { static: "static", dynamic: "dynamic" },
    teams: "Teams",
    teamColumns: ["team", "host", "state", "guests"],
    state: {
      configured: "all that is configured",
      start: (exercise) => `start of ${exercise}`,
      solved: (exercise) => `${exercise} solved`,
    },
    kinds: HOST_KIND_NAMES,
    containers: TARGET_NAMES.containers,
    exercises: "Exercises",
    exerciseColumns: ["exercise", "where", "how"],
    support: { "as-printed": "as printed", "other-screens": "other screens", impossible: "impossible" },
    calendar: "Calendar",
    calendarRows: {
      made: "made",
      lesson: "lesson",
      hardEnd: "hard end",
      gone: "nothing left from",
    },
    cost: "Cost",
    costRows: {
      running: "running, an hour",
      stopped: "stopped, an hour",
      ended: "after the hard end, an hour",
      total: "from preparation to teardown",
      lessonDay: "of which",
      notIncluded: "not included",
    },
    atLeast: (amount) => `at least ${amount}`,
    nothing: "nothing: no host is rented",
    pulls: "Docker Hub",
    notes: "Notes",
    access: "Access",
    channels: "ways in",
    gateway: (name, port) => `browser: ${name}, port ${port}, is reserved; its gateway is not made yet`,
    registry: (name, accounts, mib) =>
      `registry of the class: ${name}, ${accounts} ${accounts === 1 ? "account" : "accounts"}, ${mib} MiB`,
    mirror: (name, of, preload) =>
      `mirror of the class: ${name}, ${[...(of ? [`of ${of}`] : []), ...(preload ? ["with the course's images"] : [])].join(", ")}`,
    ways: ACCESS_EN,
    modes: MODES_EN,
    macs: ["MAC address", "team", "guest", "adapter", "IPv4 address"],
  },
  ja: {
    title: (lab, teams, guests) => `ラボ「${lab}」の計画: ${teams}チーム、ゲスト${guests}台`,
    edition: { current: "現行版", "2019": "2019年版" },
    comma: "、",
    spare: (count) => `うち${count}チームは予備`,
    hosts: "ホスト",
    hostColumns: ["ホスト", "種類", "ターゲット", "チーム数", "vCPU", "メモリ (GiB)", "ディスク (GiB)"],
    of: (needed, limit) => (limit === undefined ? `${needed} (未確認)` : `${needed} / ${limit}`),
    switches: "仮想スイッチ",
    switchColumns: ["スイッチ", "モード", "サブネット", "ゲートウェイ", "ホスト"],
    eachTeams: "チームごと",
    guests: "各チームのゲスト",
    guestColumns: ["ゲスト", "vCPU", "メモリ (MiB)", "ディスク (GiB)", "構成", "Docker"],
    memory: { static: "固定", dynamic: "動的" },
    teams: "チーム",
    teamColumns: ["チーム", "ホスト", "状態", "ゲスト"],
    state: {
      configured: "設定どおりすべて",
      start: (exercise) => `${exercise}の開始時点`,
      solved: (exercise) => `${exercise}の完了時点`,
    },
    kinds: {
      "this-machine": "このマシン",
      existing: "教室のマシン",
      ec2: "Amazon EC2",
      azure: "Microsoft Azure",
    },
    containers: "コンテナ",
    exercises: "演習",
    exerciseColumns: ["演習", "場所", "進め方"],
    support: {
      "as-printed": "マニュアルどおり",
      "other-screens": "画面や手順が異なる",
      impossible: "実施できない",
    },
    calendar: "日程",
    calendarRows: {
      made: "作成",
      lesson: "授業",
      hardEnd: "強制終了",
      gone: "撤去完了",
    },
    cost: "費用",
    costRows: {
      running: "稼働中、1時間あたり",
      stopped: "停止中、1時間あたり",
      ended: "強制終了後、1時間あたり",
      total: "準備から撤去まで",
      lessonDay: "うち",
      notIncluded: "含まれないもの",
    },
    atLeast: (amount) => `${amount} 以上`,
    nothing: "なし (借りるホストがありません)",
    pulls: "Docker Hub",
    notes: "注意事項",
    access: "接続先",
    channels: "接続方法",
    gateway: (name, port) =>
      `browser: ${name}（ポート${port}）を予約しています。ゲートウェイはまだ作成されません`,
    registry: (name, accounts, mib) =>
      `クラスのレジストリ: ${name}（アカウント ${accounts} 個、容量 ${mib} MiB）`,
    mirror: (name, of, preload) =>
      `クラスのミラー: ${name}（${[...(of ? [`ミラー元 ${of}`] : []), ...(preload ? ["教材のイメージを登録済み"] : [])].join("、")}）`,
    ways: {
      address: "アドレス",
      none: "なし (アダプターは未接続)",
      fromHere: "このマシンから",
      console: "コンソール",
      unreached: "接続できません (アダプターのモードによる)",
    },
    modes: {
      disabled: "未割り当て (disabled)",
      "host-only": "ホストオンリー (host-only)",
      nat: "NAT (nat)",
      "nat-network": "NATネットワーク (nat-network)",
      bridged: "ブリッジ (bridged)",
      internal: "内部ネットワーク (internal)",
    },
    macs: ["MACアドレス", "チーム", "ゲスト", "アダプター", "IPv4アドレス"],
  },
};
