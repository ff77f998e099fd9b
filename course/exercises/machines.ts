import type { ExerciseData, ExerciseState, StateRefusal } from "./exercise";

const ANOTHER = "a state of another exercise";

const without = (why: string, instead: string): StateRefusal => ({
  why,
  instead: `${instead}, or ${ANOTHER}`,
});

const VIRTUAL_MACHINES = "a target with virtual machines";
const NO_INSTALLING = without(
  "guests there stand ready made, and nobody installs them by hand",
  VIRTUAL_MACHINES,
);
const NO_SNAPSHOTS = without("guests there have neither snapshots nor clones", VIRTUAL_MACHINES);
const NO_NESTING = without("guests there are containers, which run no virtual machines", VIRTUAL_MACHINES);

const VIRTUALBOX_ONLY = without("the exercise installs VirtualBox itself", '"target: virtualbox"');
const HYPERV_ONLY = without("the exercise is done in Hyper-V Manager", '"target: hyperv"');
const VAGRANT_HYPERV = without("the Vagrantfile of the exercise is for Hyper-V", '"target: hyperv"');

const VAGRANTS_OWN: StateRefusal = {
  why: "the machine is made by vagrant up, not by classlab",
  instead: '"at: start", and the Vagrantfile of the team',
};

const SLIDES_ONLY: StateRefusal = {
  why: "VLANs are shown on slides, and no exercise makes them",
  instead: `${ANOTHER}, or neither state nor exercises and guests on switches with vlan as in examples/03-vlan`,
};

/** No guest at all: what the exercise makes first is one. */
const NO_GUEST = { guests: 0, adapters: "configured", stacks: [] } as const;

const SERVER: ExerciseState = {
  ...NO_GUEST,
  words: {
    en: "The team's server without a guest.",
    ja: "ゲストのない状態のサーバ。",
  },
  refused: { containers: VIRTUALBOX_ONLY, libvirt: VIRTUALBOX_ONLY, hyperv: VIRTUALBOX_ONLY },
};

/** The team's Windows server, as all exercises on it need it. */
const WINDOWS_SERVER = {
  en: "The team's server, with hardware virtualization switched on in its firmware (L2538)",
  ja: "ファームウェア（BIOS / UEFI）で仮想化支援機能を有効にしたチームのサーバ（L2538）",
};

const VLAN_STATE: ExerciseState = {
  words: {
    en: "Shown on slides only: there is nothing to start from and nothing to solve.",
    ja: "スライドでの説明のみで、開始時・完了時の状態はない。",
  },
  guests: "all",
  adapters: "configured",
  stacks: [],
  refused: {
    containers: SLIDES_ONLY,
    libvirt: SLIDES_ONLY,
    virtualbox: SLIDES_ONLY,
    hyperv: SLIDES_ONLY,
  },
};

/** Exercises 1 to 3a and those on Hyper-V: whole machines, made and copied. */
export const MACHINE_EXERCISES = [
  {
    id: "1-virtualbox",
    title: { en: "Install VirtualBox", ja: "VirtualBox のインストール" },
    manual: "L2426–2518",
    needs: {
      guests: 0,
      docker: false,
      images: [],
      switches: [],
      others: [
        WINDOWS_SERVER,
        {
          en: "VirtualBox and its Extension Pack of the same version, downloaded beforehand where the room's internet is slow",
          ja: "VirtualBox と同じ版の拡張パック（会場の回線が遅い場合は事前にダウンロードしておく）",
        },
      ],
    },
    start: SERVER,
    solved: {
      ...SERVER,
      words: {
        en: "VirtualBox and the Extension Pack are installed; there is no guest yet.",
        ja: "VirtualBox と拡張パックがインストール済みで、ゲストはまだない。",
      },
    },
    checks: [
      { en: "VirtualBox starts.", ja: "VirtualBox が起動する。", manual: "L2488" },
      {
        en: "The Extension Pack is reported as installed.",
        ja: "拡張パックのインストールに成功したと表示される。",
        manual: "L2516",
      },
    ],
    inside: false,
  },
  {
    id: "2-guest",
    title: { en: "Set up a virtual machine", ja: "仮想マシンの設定" },
    manual: "L2520–2724",
    needs: {
      guests: 0,
      docker: false,
      images: [],
      switches: ["bridged"],
      others: [
        WINDOWS_SERVER,
        {
          en: "The installation image of Ubuntu Desktop, on the server beforehand (L2580)",
          ja: "サーバに事前に配置した Ubuntu Desktop のインストールイメージ（L2580）",
        },
        {
          en: "A folder on the server's desktop to share (L2627)",
          ja: "共有フォルダにする、サーバのデスクトップ上のフォルダ（L2627）",
        },
      ],
    },
    start: {
      ...NO_GUEST,
      words: {
        en: "A hypervisor that is ready, and no guest: making it is the exercise.",
        ja: "ハイパーバイザは使用可能で、ゲストはない。ゲストの作成がこの演習の内容。",
      },
      refused: { containers: NO_INSTALLING },
    },
    solved: {
      words: {
        en: "One guest on the classroom LAN (the host must reach it, L2591), with a shared folder.",
        ja: "教室の LAN に接続したゲスト 1 台（ホストから到達できること、L2591）。共有フォルダあり。",
      },
      guests: 1,
      adapters: "bridged",
      stacks: [],
      first: { sharedFolder: true },
      refused: { containers: NO_INSTALLING },
    },
    checks: [
      {
        en: "In the VM's terminal, ping to the host succeeds.",
        ja: "VM のターミナルから、ホストに ping が成功する。",
        manual: "L2590",
      },
      {
        en: "From the host, ping to the VM succeeds.",
        ja: "ホストから VM に ping が成功する。",
        manual: "L2591",
      },
      {
        en: "The VM's browser opens an outside site such as Google.",
        ja: "VM のブラウザから Google などの外部 Web サイトへアクセスできる。",
        manual: "L2592",
      },
      {
        en: "A file put into the shared folder on one side is seen on the other.",
        ja: "共有フォルダに置いたファイルが、もう一方からも見える。",
        manual: "L2651",
      },
    ],
    inside: true,
  },
  {
    id: "3a-clone",
    title: { en: "Copy a virtual machine", ja: "仮想マシンの複製" },
    manual: "L2726–2793",
    needs: { guests: 1, docker: false, images: [], switches: ["bridged"], others: [WINDOWS_SERVER] },
    start: {
      words: {
        en: "One guest on the classroom LAN, without snapshot or clone.",
        ja: "教室の LAN に接続したゲスト 1 台。スナップショットとクローンはない。",
      },
      guests: 1,
      adapters: "bridged",
      stacks: [],
      refused: { containers: NO_SNAPSHOTS },
    },
    solved: {
      words: {
        en: "The guest has the snapshot snapshot1 and a full clone with MAC addresses of its own.",
        ja: "ゲストにスナップショット snapshot1 があり、別の MAC アドレスを持つ完全なクローンができている。",
      },
      guests: 1,
      adapters: "bridged",
      stacks: [],
      first: { cloned: true },
      refused: { containers: NO_SNAPSHOTS },
    },
    checks: [
      {
        en: "The snapshot is listed, with the name snapshot1.",
        ja: "snapshot1 という名前のスナップショットが一覧に表示される。",
        manual: "L2744",
      },
      {
        en: "The clone is listed beside the guest.",
        ja: "左側のペインに、クローンが新しい項目として表示される。",
        manual: "L2790",
      },
    ],
    inside: false,
  },
  {
    id: "vlan",
    title: { en: "Networks and VLANs", ja: "ネットワークと VLAN" },
    manual: "L785–807",
    needs: { guests: 2, docker: false, images: [], switches: ["bridged"], others: [] },
    start: VLAN_STATE,
    solved: VLAN_STATE,
    checks: [
      {
        en: "A, B and E, on one VLAN, reach one another.",
        ja: "同じ VLAN の A・B・E は互いに通信できる。",
        manual: "L803",
      },
      {
        en: "A, B and E do not reach C and D, which are not on it.",
        ja: "A・B・E と、VLAN が異なる C・D とは通信できない。",
        manual: "L803–805",
      },
    ],
    inside: false,
  },
  {
    id: "hyperv",
    title: { en: "Virtual networks in Hyper-V Manager", ja: "Hyper-V マネージャーでの仮想ネットワーク" },
    manual: "L163",
    needs: {
      guests: 2,
      docker: false,
      images: [],
      switches: ["bridged", "internal"],
      others: [WINDOWS_SERVER],
    },
    start: {
      words: {
        en: "Two guests on the external switch, which the manual calls bridge.",
        ja: "外部スイッチ（マニュアルでは Bridge）に接続したゲスト 2 台。",
      },
      guests: "all",
      adapters: "bridged",
      stacks: [],
      refused: { containers: HYPERV_ONLY, libvirt: HYPERV_ONLY, virtualbox: HYPERV_ONLY },
    },
    solved: {
      words: {
        en: "Two guests on a private switch: closed among guests, which the manual calls host-only here.",
        ja: "プライベートスイッチに接続したゲスト 2 台。仮想マシンの中だけで閉じており、ここではマニュアルが Host-only と呼ぶもの。",
      },
      guests: "all",
      adapters: "internal",
      stacks: [],
      refused: { containers: HYPERV_ONLY, libvirt: HYPERV_ONLY, virtualbox: HYPERV_ONLY },
    },
    checks: [
      {
        en: "On the bridge, guests and the host reach one another, and other learners' guests too.",
        ja: "Bridge では、仮想マシンとハイパーバイザの間、および他の受講者との間で疎通できる。",
        manual: "L163",
      },
      {
        en: "On host-only, guests reach one another and nothing outside.",
        ja: "Host-only では、仮想マシン同士のみ通信でき、外部とは通信できない。",
        manual: "L163",
      },
    ],
    inside: false,
  },
  {
    id: "vagrant",
    title: { en: "A virtual machine from a Vagrantfile", ja: "Vagrant による仮想マシンの自動構築" },
    manual: "L923–967",
    needs: {
      guests: 0,
      docker: false,
      images: [],
      switches: [],
      others: [
        WINDOWS_SERVER,
        {
          en: "Hyper-V, Vagrant and a command prompt with an administrator's rights (L168)",
          ja: "Hyper-V、Vagrant、管理者権限のコマンドプロンプト（L168）",
        },
        {
          en: "The box, added beforehand where the room's internet is slow",
          ja: "仮想イメージ（Box）（会場の回線が遅い場合は事前に追加しておく）",
        },
      ],
    },
    start: {
      ...NO_GUEST,
      words: {
        en: "No guest, and the team's Vagrantfile: vagrant up makes the machine.",
        ja: "ゲストはなく、チームの Vagrantfile がある。vagrant up で仮想マシンを作成する。",
      },
      refused: { containers: VAGRANT_HYPERV, libvirt: VAGRANT_HYPERV, virtualbox: VAGRANT_HYPERV },
    },
    solved: {
      ...NO_GUEST,
      words: {
        en: "The machine that vagrant up made; classlab does not make it.",
        ja: "vagrant up で作成した仮想マシンがある。classlab では作成しない。",
      },
      refused: {
        containers: VAGRANT_HYPERV,
        libvirt: VAGRANT_HYPERV,
        virtualbox: VAGRANT_HYPERV,
        hyperv: VAGRANTS_OWN,
      },
    },
    checks: [
      {
        en: "The command vagrant up ends without an error, and the machine is listed as running.",
        ja: "vagrant up がエラーなく終わり、仮想マシンが実行中と表示される。",
        manual: "L168",
      },
    ],
    inside: false,
  },
  {
    id: "nested",
    title: { en: "A virtual machine in a virtual machine", ja: "仮想マシン上の仮想マシン（Nested VM）" },
    manual: "L1853–1863",
    needs: { guests: 1, docker: false, images: [], switches: [], others: [WINDOWS_SERVER] },
    start: {
      words: {
        en: "One guest, which does not see the processor's virtualization extensions.",
        ja: "ゲスト 1 台。CPU の仮想化支援機能はゲストから見えない。",
      },
      guests: 1,
      adapters: "configured",
      stacks: [],
      first: { nested: false },
      refused: { containers: NO_NESTING },
    },
    solved: {
      words: {
        en: "The guest sees the processor's virtualization extensions.",
        ja: "ゲストから CPU の仮想化支援機能が見える。",
      },
      guests: 1,
      adapters: "configured",
      stacks: [],
      first: { nested: true },
      refused: { containers: NO_NESTING },
    },
    checks: [
      {
        en: "In the guest, /proc/cpuinfo shows vmx or svm.",
        ja: "ゲストの /proc/cpuinfo に vmx または svm が表示される。",
        manual: "L1859–1863",
      },
    ],
    inside: false,
  },
] as const satisfies readonly ExerciseData[];
