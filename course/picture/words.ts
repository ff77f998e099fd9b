import type { Language } from "../languages";
import type { SwitchMode } from "../modes";
import type { DockerStackPlan, HostPlan, LabPlan, TeamPlan } from "../plan";
import type { Target } from "../support";

/** What a picture says, in one language. */
export interface Words {
  readonly title: (lab: string) => string;
  readonly summary: (teams: number, spare: number, guests: number, hosts: number) => string;
  readonly mode: Readonly<Record<SwitchMode, string>>;
  /** Who reaches whom in a mode (course.md, "Adapter modes"). */
  readonly reach: Readonly<Record<SwitchMode, string>>;
  readonly spare: string;
  readonly shared: string;
  readonly thisMachine: string;
  readonly existing: (address: string) => string;
  readonly stack: Readonly<Record<DockerStackPlan["kind"], string>>;
  readonly farm: (count: number) => string;
  readonly hardware: (cpus: number, memory: number) => string;
  readonly nested: string;
  readonly disabled: (adapter: number) => string;
  readonly noAdapter: string;
  readonly gateway: string;
  readonly host: string;
  readonly start: (exercise: string) => string;
  readonly solved: (exercise: string) => string;
  readonly alike: (team: string) => string;
  readonly allAlike: (team: string) => string;
  readonly legend: string;
  readonly page: (number: number, of: number) => string;
  readonly continued: (host: string) => string;
}

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** The words of both languages; those of modes as VirtualBox and the manual write them (L2796, L2865–2883). */
export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: (lab) => `Lab ${lab}`,
    summary: (teams, spare, guests, hosts) =>
      [
        plural(teams, "team"),
        ...(spare > 0 ? [`${spare} spare`] : []),
        plural(guests, "guest"),
        plural(hosts, "host"),
      ].join(" · "),
    mode: {
      bridged: "bridged",
      "nat-network": "NAT network",
      nat: "NAT",
      "host-only": "host-only",
      internal: "internal",
    },
    reach: {
      bridged: "classroom LAN: host, all teams, internet",
      "nat-network": "host, the team's guests, internet",
      nat: "internet only, outwards",
      "host-only": "host and the team's guests",
      internal: "the team's guests only",
    },
    spare: "spare",
    shared: "shared by all teams",
    thisMachine: "this machine",
    existing: (address) => `existing machine ${address}`,
    stack: { nginx: "nginx", "nginx-farm": "nginx", "php-apache": "PHP + Apache", wordpress: "WordPress" },
    farm: (count) => `nginx × ${count}`,
    hardware: (cpus, memory) => `${plural(cpus, "CPU")} · ${memory} MiB`,
    nested: "guests run in it",
    disabled: (adapter) => `adapter ${adapter}: not connected`,
    noAdapter: "no adapter",
    gateway: "gateway",
    host: "host",
    start: (exercise) => `start of ${exercise}`,
    solved: (exercise) => `${exercise} solved`,
    alike: (team) => `Built like ${team}; other values are:`,
    allAlike: (team) =>
      `${team} is drawn in full; the others are built like it and have the values on their cards`,
    legend: "Who is reached from a guest",
    page: (number, of) => `page ${number} of ${of}`,
    continued: (host) => `${host} (continued)`,
  },
  ja: {
    title: (lab) => `ラボ ${lab}`,
    summary: (teams, spare, guests, hosts) =>
      [
        `${teams} チーム`,
        ...(spare > 0 ? [`予備 ${spare}`] : []),
        `ゲスト ${guests} 台`,
        `ホスト ${hosts} 台`,
      ].join(" · "),
    mode: {
      bridged: "ブリッジ",
      "nat-network": "NAT ネットワーク",
      nat: "NAT",
      "host-only": "ホストオンリー",
      internal: "内部ネットワーク",
    },
    reach: {
      bridged: "教室の LAN：ホスト、全チーム、インターネット",
      "nat-network": "ホスト、同じチームのゲスト、インターネット",
      nat: "外向きのインターネットのみ",
      "host-only": "ホスト、同じチームのゲスト",
      internal: "同じチームのゲストのみ",
    },
    spare: "予備",
    shared: "全チーム共有",
    thisMachine: "このマシン",
    existing: (address) => `既存のマシン ${address}`,
    stack: { nginx: "nginx", "nginx-farm": "nginx", "php-apache": "PHP + Apache", wordpress: "WordPress" },
    farm: (count) => `nginx × ${count}`,
    hardware: (cpus, memory) => `CPU ${cpus} · ${memory} MiB`,
    nested: "中でゲストが動く",
    disabled: (adapter) => `アダプター ${adapter}：未接続`,
    noAdapter: "アダプターなし",
    gateway: "ゲートウェイ",
    host: "ホスト",
    start: (exercise) => `${exercise} 開始時`,
    solved: (exercise) => `${exercise} 完了後`,
    alike: (team) => `構成は ${team} と同じで、次の値が異なります。`,
    allAlike: (team) =>
      `${team} を詳しく描いています。ほかのチームは構成が同じで、カードの値だけが異なります`,
    legend: "ゲストから届く相手",
    page: (number, of) => `${number} / ${of} ページ`,
    continued: (host) => `${host}（続き）`,
  },
};

const TARGET_WORDS: Readonly<Record<Language, Readonly<Record<Target, string>>>> = {
  en: { containers: "containers", libvirt: "KVM (libvirt)", virtualbox: "VirtualBox", hyperv: "Hyper-V" },
  ja: { containers: "コンテナー", libvirt: "KVM (libvirt)", virtualbox: "VirtualBox", hyperv: "Hyper-V" },
};

/** What carries a host, and what runs guests on it. */
export function hostWords(host: HostPlan, language: Language): string {
  const words = WORDS[language];
  const { config } = host;
  const where = {
    "this-machine": () => words.thisMachine,
    existing: () => (config.kind === "existing" ? words.existing(config.address) : ""),
    ec2: () => (config.kind === "ec2" ? `Amazon EC2 ${config.region} ${config.instanceType}` : ""),
    azure: () => (config.kind === "azure" ? `Azure ${config.location} ${config.vmSize}` : ""),
  }[config.kind]();
  // A host that is called what it is is not called so twice.
  const said = where === host.name.replaceAll("-", " ") ? [] : [where];
  return [...said, TARGET_WORDS[language][host.target]].join(" · ");
}

/** What people call a team, with its id where that is another word. */
export function teamWords(team: TeamPlan): string {
  return team.label === team.id ? team.id : `${team.label} (${team.id})`;
}

/** Where in the course a team stands; nothing for one that has all that is configured. */
export function statusWords({ status }: TeamPlan, words: Words): string | undefined {
  if (status.at === "configured") return undefined;
  return words[status.at](status.exercise);
}

/** How many of what a lab has, in one line. */
export function summaryOf(plan: LabPlan, words: Words): string {
  const spare = plan.teams.filter((team) => team.spare).length;
  const guests = plan.teams.reduce((sum, team) => sum + team.guests.length, 0);
  return words.summary(plan.teams.length - spare, spare, guests, plan.hosts.length);
}
