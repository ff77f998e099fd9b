import { exerciseOfMode } from "../exercises";
import { MODE_TRAITS, MODES, type Mode } from "../modes";
import { AS_PRINTED, both, type SheetEntry, words } from "./sheet";

const stateOfMode = (mode: Mode, first: string, then: string): string => `# ${first}
state: { exercise: ${exerciseOfMode(mode)}, at: solved }
# ${then}: npx classlab up`;

/** Where a class works in containers there is no screen to change an adapter on; the state of the team is changed instead. */
const ON_CONTAINERS: readonly SheetEntry[] = MODES.map((mode) => ({
  exercise: exerciseOfMode(mode),
  manual: "L2798, L2803",
  book: "[設定]を選択し、[ネットワーク]を選択します。",
  type: both({
    code: {
      en: stateOfMode(mode, "in the stack file", "then, on the server"),
      ja: stateOfMode(mode, "スタックファイルに記述", "その後、サーバで実行"),
    },
    as: "yaml" as const,
  }),
  why: both({
    en: "In a lab of containers there are no such screens: the instructor connects the adapters by the team's state. On VirtualBox do as the book says.",
    ja: "コンテナによるラボにはこの画面がない。講師がチームの状態を変更してアダプターを接続し直す。VirtualBox ではマニュアルのとおりに操作する。",
  }),
  source: "course/exercises",
}));

/** Exercise 3, network settings. */
export const NETWORK_SHEET: readonly SheetEntry[] = [
  ...ON_CONTAINERS,
  {
    exercise: "3b-host-only",
    manual: "L2837",
    book: "ゲストOS同士での疎通を認めません。",
    type: both(
      words("Expect that ping between the two guests succeeds.", "ゲスト OS 同士の ping も成功する。"),
    ),
    why: both({
      en: "Guests on one host-only network are on one switch, on every hypervisor.",
      ja: "同じホストオンリーネットワークのゲストは、どのハイパーバイザーでも同じ仮想スイッチに接続されている。",
    }),
    source: "VirtualBox manual, chapter 6",
  },
  {
    exercise: "3b-nat-network",
    manual: "L2811–2816",
    book: "[ファイル]→[環境設定]と進み、[ネットワーク]の項目に進みます。",
    type: {
      current: words(
        "File → Tools → Network Manager → NAT Networks.",
        "[ファイル]→[ツール]→[ネットワークマネージャー]→[NAT ネットワーク]。",
      ),
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "NAT networks are set there since VirtualBox 7.0.",
        ja: "VirtualBox 7.0 以降、NAT ネットワークの設定場所が変わった。",
      },
      "2019": { en: "So it is in VirtualBox 6.0.", ja: "VirtualBox 6.0 の画面である。" },
    },
    source: "VirtualBox manual, chapter 6, Network Address Translation Service",
  },
  {
    exercise: "3b-nat-network",
    manual: "L2928–2931, L2936",
    book: "物理ホストの内部用仮想 NIC IP アドレス: 192.168.20.1/24 / ホストから各 VM に ping が成功する",
    type: both(
      words(
        "On Hyper-V, KVM and containers as printed. On VirtualBox the host has no adapter there: forward a port instead.",
        "Hyper-V・KVM・コンテナではマニュアルのとおり。VirtualBox ではホスト側に仮想 NIC がないため、ポートフォワーディングを使用する。",
      ),
    ),
    why: both({
      en: "A NAT network of VirtualBox ends in the hypervisor, not in an adapter of the host.",
      ja: "VirtualBox の NAT ネットワークはハイパーバイザー内で完結し、ホストの仮想 NIC には接続されない。",
    }),
    source: "VirtualBox manual, chapter 6",
  },
  ...(["3b-bridged", "3b-nat-network"] as const).map(
    (exercise): SheetEntry => ({
      exercise,
      manual: exercise === "3b-bridged" ? "L2894" : "L2935",
      book: "VM のターミナルから、ホスト同士に ping が成功する",
      type: both(
        words(
          "In the VM's terminal, ping the host: `ping 192.168.99.1`, or the first address of the VM's own network.",
          "VM の端末から、ホスト（`192.168.99.1` など、VM が属するネットワークの先頭のアドレス）に ping する。",
        ),
      ),
      why: both({
        en: "The sentence can be read as the hosts among themselves; the VM and its host are meant.",
        ja: "「ホスト同士」と読めるが、VM とそのホストの間の確認である。",
      }),
      source: "manual L2590",
    }),
  ),
  {
    exercise: "3b-internal",
    manual: "L2909",
    book: "演習としては、接続先スイッチを変更するだけで、仮想 NIC の設定を変更する必要はありません。",
    type: both(
      words(
        `On a hypervisor as printed. In a lab of containers the addresses are of ${MODE_TRAITS.internal.subnet}: look with \`ip address\`.`,
        `ハイパーバイザーではマニュアルのとおり。コンテナによるラボではアドレスが ${MODE_TRAITS.internal.subnet} に変わるので、\`ip address\` で確認する。`,
      ),
    ),
    why: both({
      en: "Two Docker networks of one machine cannot have the same subnet.",
      ja: "1 台のマシン上の Docker ネットワークは、同じサブネットを共有できない。",
    }),
    source: "course/modes.ts",
  },
];
