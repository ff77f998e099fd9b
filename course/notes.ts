import { TUNNEL_NAMES, tunnelKind } from "./clouds/tunnel";
import { coexistenceNotes } from "./coexistence";
import type { LabConfig } from "./config";
import { ENDS_OF_SUPPORT } from "./endsOfSupport";
import type { LabFacts } from "./facts";
import { isCloud, targetOf } from "./hosts";
import { amountsOf, machineSize, machineType, nestingDocumented } from "./instanceTypes";
import type { Language } from "./languages";
import type { Placement } from "./placement";
import { isClassroomLan } from "./siteNetwork";
import { desktopUsers } from "./validators/users";

/** Kinds of notes: what staff should know and what stops nothing. */
export const NOTE_CODES = [
  "support-ended",
  "adapters-not-shown",
  "capacity-unchecked",
  "host-unused",
  "dhcp-reservations",
  "mac-registration",
  "lan-stood-in",
  "docker-desktop-licence",
  "browser-channel",
  "desktop-seats-unknown",
  "azure-libvirt",
  "staff-only",
  "nesting-undocumented",
  "coexistence-slow",
  "coexistence-reboot-between",
  "coexistence-separate-host",
  "host-restores",
  "windows-guest",
] as const;

/** One of the kinds. */
export type NoteCode = (typeof NOTE_CODES)[number];

/** Something to know before the day. */
export interface PlanNote {
  readonly code: NoteCode;
  /** A path in the configuration. */
  readonly where: string;
  /** A sentence with its full stop, in each language. */
  readonly text: Readonly<Record<Language, string>>;
  /** Who says so. */
  readonly source: string;
}

type NoteMaker = (config: LabConfig, placement: Placement, facts: LabFacts) => PlanNote[];

const edition: NoteMaker = (config) => {
  if (config.edition !== "2019") return [];
  return ENDS_OF_SUPPORT.map(({ product, ended, source }) => ({
    code: "support-ended",
    where: "lab.edition",
    text: {
      en: `The edition of 2019 uses ${product}, whose support ended in ${ended}: security holes are no longer mended.`,
      ja: `2019年版で使う${product}は${ended}にサポートが終了しており、セキュリティ上の問題が修正されません。`,
    },
    source,
  }));
};

/** Adapters that VirtualBox's windows show; the others are reached by VBoxManage only. */
const ADAPTERS_SHOWN = 4;

const adaptersShown: NoteMaker = (config) => {
  if (!config.hosts.some((host) => targetOf(config, host) === "virtualbox")) return [];
  return config.guests.flatMap((guest, index): PlanNote[] => {
    const count = guest.adapters.length;
    if (count <= ADAPTERS_SHOWN) return [];
    return [
      {
        code: "adapters-not-shown",
        where: `lab.guests[${index}].adapters`,
        text: {
          en: `VirtualBox shows the first ${ADAPTERS_SHOWN} of the ${count} adapters of guest "${guest.name}" in its windows; learners see the others by VBoxManage only.`,
          ja: `VirtualBoxの画面に表示されるのは、ゲスト「${guest.name}」の${count}個のアダプターのうち最初の${ADAPTERS_SHOWN}個だけです。残りはVBoxManageコマンドでのみ確認できます。`,
        },
        source: "VirtualBox manual, chapter 6, virtual networking hardware",
      },
    ];
  });
};

const capacityKnown: NoteMaker = (config) =>
  config.hosts.flatMap((host, index): PlanNote[] => {
    if (host.kind === "this-machine") return [];
    const type = machineType(host);
    const { cpus, memory, disk } = amountsOf(host);
    const known = type === undefined ? [cpus, memory, disk].some(Boolean) : machineSize(host) !== undefined;
    if (known) return [];
    const why =
      type === undefined
        ? {
            en: "its cpus, memory and disk are not given",
            ja: "cpus、memory、diskが設定されていないため",
          }
        : { en: `the type ${type} is not in the table`, ja: `種類${type}が一覧にないため` };
    return [
      {
        code: "capacity-unchecked",
        where: `lab.hosts[${index}]`,
        text: {
          en: `Whether the guests fit host "${host.name}" is not checked: ${why.en}.`,
          ja: `${why.ja}、ゲストがホスト「${host.name}」に収まるかどうかは確認していません。`,
        },
        source: "the configuration",
      },
    ];
  });

const hostsUsed: NoteMaker = (config, { teams }) => {
  const used = new Set(teams.map((team) => team.host.config));
  return config.hosts.flatMap((host, index): PlanNote[] =>
    used.has(host) || teams.length === 0
      ? []
      : [
          {
            code: "host-unused",
            where: `lab.hosts[${index}]`,
            text: {
              en: `No team is placed on host "${host.name}".`,
              ja: `ホスト「${host.name}」に割り当てられたチームはありません。`,
            },
            source: "the configuration",
          },
        ],
  );
};

const room: NoteMaker = (config) => {
  const { addressing, macRegistration, cidr } = config.site.network;
  const targets = [
    ...new Set(config.hosts.filter((host) => !isCloud(host)).map((host) => targetOf(config, host))),
  ];
  const onLan = targets.some((target) => config.switches.some((entry) => isClassroomLan(entry, target)));
  const source = "the configuration";
  const notes: PlanNote[] = [];
  if (onLan && addressing === "dhcp") {
    notes.push({
      code: "dhcp-reservations",
      where: "lab.site.network.addressing",
      text: {
        en: "The room's DHCP server gives bridged guests their addresses: have it reserve the plan's addresses for the plan's MAC addresses.",
        ja: "ブリッジ接続のゲストには教室のDHCPサーバーがアドレスを割り当てます。計画のMACアドレスに計画のIPアドレスを予約するよう、管理者に依頼してください。",
      },
      source,
    });
  }
  if (onLan && macRegistration) {
    notes.push({
      code: "mac-registration",
      where: "lab.site.network.macRegistration",
      text: {
        en: "The room lets no unknown MAC address in: have the plan's MAC addresses registered before the day.",
        ja: "教室のネットワークは登録されていないMACアドレスを遮断します。計画のMACアドレスを当日までに登録してもらってください。",
      },
      source,
    });
  }
  if (
    cidr !== undefined &&
    targets.includes("containers") &&
    config.switches.some((entry) => entry.mode === "bridged")
  ) {
    notes.push({
      code: "lan-stood-in",
      where: "lab.site.network.cidr",
      text: {
        en: `On containers a Docker network of this machine stands in for the classroom LAN; its guests are not in ${cidr}.`,
        ja: `コンテナーでは、このマシン内のDockerネットワークが教室のLANの代わりになります。ゲストは${cidr}には入りません。`,
      },
      source: "docs.docker.com/engine/network/drivers/bridge",
    });
  }
  return notes;
};

const dockerDesktop: NoteMaker = (config, _placement, facts) => {
  const onContainers = config.hosts.some((host) => targetOf(config, host) === "containers");
  if (!onContainers || facts.routed !== false || config.licences.dockerDesktop) return [];
  return [
    {
      code: "docker-desktop-licence",
      where: "lab.licences.dockerDesktop",
      text: {
        en: "Docker runs in a machine of its own here, as Docker Desktop does. Docker Desktop is free for personal use, education and small companies; others need a subscription.",
        ja: "このマシンのDockerは、Docker Desktopのように専用の仮想マシンで動いています。Docker Desktopを無償で使えるのは、個人、教育機関、小規模な企業だけです。それ以外では有償契約が必要です。",
      },
      source: "docs.docker.com/subscription/desktop-license",
    },
  ];
};

const browser: NoteMaker = (config) => {
  const index = config.channels.indexOf("browser");
  if (index < 0) return [];
  return [
    {
      code: "browser-channel",
      where: `lab.channels[${index}]`,
      text: {
        en: "The browser channel is reserved: the plan keeps a name, port 443 and, in a cloud, the cost of its gateway, which is not made yet.",
        ja: "ブラウザーからの接続は予約のみです。ゲートウェイの名前とポート443、クラウドでの費用は計画に含まれますが、ゲートウェイ自体はまだ作成されません。",
      },
      source: "docs/architecture.md",
    },
  ];
};

const seatsKnown: NoteMaker = (config, { teams }) => {
  if (!config.channels.includes("rdp")) return [];
  const unknown = new Set(teams.filter((team) => team.seats === undefined).map((team) => team.host.config));
  return config.hosts.flatMap((host, index): PlanNote[] => {
    const allowed = unknown.has(host) ? desktopUsers(config, host) : undefined;
    if (!allowed) return [];
    return [
      {
        code: "desktop-seats-unknown",
        where: `lab.hosts[${index}]`,
        text: {
          en: `How many learners come to host "${host.name}" by RDP is not told; at most ${allowed.most} can at once.`,
          ja: `ホスト「${host.name}」にRDPで接続する受講者の人数が分かりません。同時に接続できるのは${allowed.most}人までです。`,
        },
        source: "learn.microsoft.com/windows-server/remote/remote-desktop-services/rds-client-access-license",
      },
    ];
  });
};

const azureLibvirt: NoteMaker = (config) =>
  config.hosts.flatMap((host, index): PlanNote[] =>
    host.kind === "azure" && targetOf(config, host) === "libvirt"
      ? [
          {
            code: "azure-libvirt",
            where: `lab.hosts[${index}].target`,
            text: {
              en: `Microsoft supports Hyper-V only inside a virtual machine of Azure; try libvirt on host "${host.name}" before the day.`,
              ja: `Azureの仮想マシンの中でMicrosoftがサポートするのはHyper-Vだけです。ホスト「${host.name}」のlibvirtは、当日までに動作を確認してください。`,
            },
            source: "learn.microsoft.com, Windows Server, nested virtualization, 2025-06-10",
          },
        ]
      : [],
  );

const staffOnly: NoteMaker = (config) =>
  config.hosts.flatMap((host, index): PlanNote[] => {
    const tunnel = isCloud(host) && host.allowedCidrs.length === 0 ? tunnelKind(host) : undefined;
    if (tunnel === undefined) return [];
    return [
      {
        code: "staff-only",
        where: `lab.hosts[${index}].allowedCidrs`,
        text: {
          en: `Only staff come to host "${host.name}", by ${TUNNEL_NAMES[tunnel]}: learners have no way in from elsewhere until their networks are in allowedCidrs.`,
          ja: `ホスト「${host.name}」に入れるのは ${TUNNEL_NAMES[tunnel]} を使うスタッフだけです。受講者の接続元を allowedCidrs に書くまで、外部から入る方法はありません。`,
        },
        source: "docs/operator.md, Labs in clouds",
      },
    ];
  });

const nesting: NoteMaker = (config) =>
  config.hosts.flatMap((host, index): PlanNote[] =>
    host.kind === "ec2" && !nestingDocumented(host.instanceType)
      ? [
          {
            code: "nesting-undocumented",
            where: `lab.hosts[${index}].instanceType`,
            text: {
              en: `Amazon documents guests in C8i, M8i, R8i and their flex types and on bare metal, not in ${host.instanceType}: make sure before the day that they run there.`,
              ja: `Amazonの資料でゲストの実行が確認できるのは、C8i、M8i、R8iとそのflexタイプ、およびベアメタルです。${host.instanceType}でゲストが動くことを、当日までに確認してください。`,
            },
            source: "Amazon EC2 User Guide, nested virtualization, 2026-11",
          },
        ]
      : [],
  );

const restores: NoteMaker = (config) =>
  config.hosts.flatMap((host, index): PlanNote[] =>
    host.kind === "existing" && host.restores
      ? [
          {
            code: "host-restores",
            where: `lab.hosts[${index}].restores`,
            text: {
              en: `Software on host "${host.name}" undoes every change at a restart: it has to be switched off from the enrolment until the class is over.`,
              ja: `ホスト「${host.name}」には、再起動で変更を元に戻す環境復元ソフトが入っています。登録作業から講習終了まで、復元機能を解除してください。`,
            },
            source: "the configuration",
          },
        ]
      : [],
  );

const windowsGuests: NoteMaker = (config) =>
  config.guests.flatMap(({ name, os }, index): PlanNote[] =>
    os === "windows"
      ? [
          {
            code: "windows-guest",
            where: `lab.guests[${index}].os`,
            text: {
              en: `Guest "${name}" has Windows: you need licences for it, verify does not measure its networks, and of the site's settings it takes the name servers alone.`,
              ja: `ゲスト「${name}」はWindowsです。ライセンスは各自で用意してください。verifyはネットワークを測定せず、サイトの設定のうち反映されるのはDNSサーバーだけです。`,
            },
            source: "the support table",
          },
        ]
      : [],
  );

const MAKERS: readonly NoteMaker[] = [
  edition,
  adaptersShown,
  capacityKnown,
  hostsUsed,
  room,
  dockerDesktop,
  browser,
  seatsKnown,
  azureLibvirt,
  staffOnly,
  nesting,
  coexistenceNotes,
  restores,
  windowsGuests,
];

/** Everything that staff should know of a lab and that is no fault of it. */
export function planNotes(config: LabConfig, placement: Placement, facts: LabFacts): PlanNote[] {
  return MAKERS.flatMap((make) => make(config, placement, facts));
}
