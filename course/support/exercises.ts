import type { ExerciseId } from "../exercises";
import { MODES, type Mode } from "../modes";
import type { Text } from "./cells";
import type { Source } from "./sources";
import { supportOf } from "./table";
import type { HostKind, Target } from "./targets";

/**
 * How an exercise is done on a target. `other-screens`: its aim is reached by other windows or commands; `impossible`: it is not,
 * and the replacement says what is done instead.
 */
export type ExerciseSupport = { readonly source: Source } & (
  | { readonly kind: "as-printed" }
  | { readonly kind: "other-screens" | "impossible"; readonly replacement: Text }
);

type Row = Readonly<Record<Target, ExerciseSupport>>;

const asPrinted = (source: Source): ExerciseSupport => ({ kind: "as-printed", source });
const otherScreens = (source: Source, en: string, ja: string): ExerciseSupport => ({
  kind: "other-screens",
  source,
  replacement: { en, ja },
});
const impossible = (source: Source, en: string, ja: string): ExerciseSupport => ({
  kind: "impossible",
  source,
  replacement: { en, ja },
});

const everywhere = (source: Source): Row => ({
  containers: asPrinted(source),
  libvirt: asPrinted(source),
  virtualbox: asPrinted(source),
  hyperv: asPrinted(source),
});

const byConfiguration = (source: Source): ExerciseSupport =>
  otherScreens(
    source,
    "There is no window for adapters: the instructor moves the adapter in the lab's file and runs npx classlab up; the guest runs on. Learners check with ping and curl in the guest's shell, in place of a browser.",
    "アダプターの設定画面はありません。講師がラボの設定ファイルでアダプターを切り替えて npx classlab up を実行します（ゲストは動いたままです）。受講者はブラウザの代わりに、ゲストのシェルで ping と curl を使って確認します。",
  );

const inVirtManager = (source: Source, network: Text): ExerciseSupport =>
  otherScreens(
    source,
    `In virt-manager: the guest's details, NIC, ${network.en}.`,
    `virt-manager でゲストの「仮想マシンの詳細」を開き、NIC の設定で${network.ja}。`,
  );

const inHyperVManager = (source: Source, network: Text): ExerciseSupport =>
  otherScreens(
    source,
    `In Hyper-V Manager: the guest's settings, Network Adapter, ${network.en}.`,
    `Hyper-V マネージャーでゲストの「設定」を開き、「ネットワーク アダプター」で${network.ja}。`,
  );

const TABLE: Readonly<Record<ExerciseId, Row>> = {
  "1-virtualbox": {
    containers: impossible(
      "docker-container",
      "No hypervisor is installed: the instructor shows the installation on a PC of their own, and learners go on with guests that are there.",
      "ハイパーバイザはインストールしません。講師が自分の PC でインストールを実演し、受講者は用意済みのゲストで先に進みます。",
    ),
    libvirt: otherScreens(
      "libvirt-domain",
      "KVM, libvirt and virt-manager are installed instead: sudo apt-get install qemu-system-x86 libvirt-daemon-system virt-manager; check that virt-manager connects.",
      "代わりに KVM、libvirt、virt-manager をインストールします（sudo apt-get install qemu-system-x86 libvirt-daemon-system virt-manager）。virt-manager が接続できることを確認します。",
    ),
    virtualbox: asPrinted("manual L2426"),
    hyperv: otherScreens(
      "hyperv-install",
      "The Windows feature Hyper-V is turned on instead, with one restart; there is no Extension Pack. Check that Hyper-V Manager opens and shows the host.",
      "代わりに Windows の機能「Hyper-V」を有効にし、1 回再起動します。Extension Pack はありません。Hyper-V マネージャーが起動し、ホストが表示されることを確認します。",
    ),
  },
  "2-guest": {
    containers: impossible(
      "docker-container",
      "Nothing is installed and there is no desktop: guests are there. Of the check list, ping both ways and an outside page by curl can be done; files go by scp in place of the shared folder.",
      "OS のインストールもデスクトップもありません。ゲストは用意済みです。チェック項目のうち、双方向の ping と、curl による外部サイトへのアクセスを確認します。共有フォルダの代わりに scp でファイルを渡します。",
    ),
    libvirt: otherScreens(
      "libvirt-virtiofs",
      "In virt-manager: new virtual machine from the staged ISO, 4096 MB, 10 GB qcow2. The shared folder is a file system device mounted by mount -t virtiofs mount-test-win mnt-test; the clipboard goes by SPICE with spice-vdagent. No Guest Additions.",
      "virt-manager で、準備済みの ISO から新しい仮想マシン（4096 MB、10 GB の qcow2）を作成します。共有フォルダはファイルシステムデバイスを追加して mount -t virtiofs mount-test-win mnt-test でマウントし、クリップボードは spice-vdagent を入れて SPICE で共有します。Guest Additions は使いません。",
    ),
    virtualbox: asPrinted("manual L2520"),
    hyperv: otherScreens(
      "hyperv-connect",
      "In Hyper-V Manager: new virtual machine of generation 2 from the staged ISO, Secure Boot off, 4096 MB, 10 GB VHDX, on the External switch. The shared folder is an SMB share mounted by mount -t cifs; the clipboard goes by an enhanced session with xrdp. No Guest Additions.",
      "Hyper-V マネージャーで、準備済みの ISO から第 2 世代の仮想マシン（セキュアブート無効、4096 MB、10 GB の VHDX、外部スイッチに接続）を作成します。共有フォルダは SMB 共有を mount -t cifs でマウントし、クリップボードは xrdp を使った拡張セッションで共有します。Guest Additions は使いません。",
    ),
  },
  "3a-clone": {
    containers: impossible(
      "driver",
      "A guest here has neither snapshot nor clone: the instructor shows them on a PC of their own. What a copy of an image is comes again in exercise 5.",
      "ここのゲストにはスナップショットもクローンもありません。講師が自分の PC で実演します。イメージの複製については演習 5 で改めて扱います。",
    ),
    libvirt: otherScreens(
      "libvirt-snapshot",
      "In virt-manager: snapshots of the guest, snapshot1; then Clone with the guest off, which gives new MAC addresses. A linked clone is a disk made by qemu-img create -b. Back to the snapshot: its start button, or virsh snapshot-revert GUEST snapshot1 --running; then virsh domtime GUEST --now, since the guest's clock goes on from then.",
      "virt-manager でゲストのスナップショット snapshot1 を作成し、電源を切って「クローン」を実行します（MAC アドレスは新しくなります）。リンククローンは qemu-img create -b で作る差分ディスクにあたります。スナップショットに戻すには、スナップショットの実行ボタンか virsh snapshot-revert ゲスト名 snapshot1 --running を使います。時計はスナップショットの時刻から動き出すため、続けて virsh domtime ゲスト名 --now を実行します。",
    ),
    virtualbox: asPrinted("manual L2726"),
    hyperv: otherScreens(
      "hyperv-import Copy, GenerateNewId",
      "In Hyper-V Manager: checkpoint snapshot1; then export the guest and import it as a copy with a new id, with new dynamic MAC addresses. A linked clone is a differencing disk.",
      "Hyper-V マネージャーでチェックポイント snapshot1 を作成し、ゲストをエクスポートしてから、新しい ID のコピーとしてインポートします（MAC アドレスは動的に割り当て直します）。リンククローンは差分ディスクにあたります。",
    ),
  },
  "3b-disabled": {
    containers: byConfiguration("measured"),
    libvirt: inVirtManager("libvirt-domain link state", {
      en: "take the tick from the active link",
      ja: "リンク状態の「アクティブ」のチェックを外します",
    }),
    virtualbox: asPrinted("manual L2794"),
    hyperv: inHyperVManager("hyperv-adapter", {
      en: "virtual switch: not connected",
      ja: "仮想スイッチを「接続されていません」にします",
    }),
  },
  "3b-host-only": {
    containers: byConfiguration("measured"),
    libvirt: inVirtManager("libvirt-network isolated network", {
      en: "source: the isolated network on which the host has an address",
      ja: "ネットワークソースを、ホストがアドレスを持つ隔離ネットワークにします",
    }),
    virtualbox: asPrinted("manual L842"),
    hyperv: inHyperVManager("hyperv-switch SwitchType Internal", {
      en: "virtual switch: the Internal one",
      ja: "仮想スイッチを内部スイッチにします",
    }),
  },
  "3b-nat": {
    containers: byConfiguration("measured"),
    libvirt: inVirtManager("libvirt-network forward nat, port isolated", {
      en: "source: the NAT network with isolated ports; unlike VirtualBox's NAT, the host reaches guests",
      ja: "ネットワークソースを、ポートを分離した NAT ネットワークにします（VirtualBox の NAT と違い、ホストからゲストに届きます）",
    }),
    virtualbox: asPrinted("manual L844"),
    hyperv: otherScreens(
      "manual L163",
      "Hyper-V Manager has nothing for NAT: the Internal switch with NetNat is there, and Get-NetNat in PowerShell shows it. Learners connect the adapter to that switch; unlike VirtualBox's NAT, the host reaches guests.",
      "Hyper-V マネージャーに NAT の設定はありません。NetNat を使う内部スイッチを用意してあり、PowerShell の Get-NetNat で確認できます。受講者はアダプターをそのスイッチに接続します（VirtualBox の NAT と違い、ホストからゲストに届きます）。",
    ),
  },
  "3b-nat-network": {
    containers: byConfiguration("measured"),
    libvirt: inVirtManager("libvirt-network forward nat", {
      en: "source: the NAT network",
      ja: "ネットワークソースを NAT ネットワークにします",
    }),
    virtualbox: otherScreens(
      "virtualbox-network 6.4",
      "The screens are as printed, but the host has no adapter on VirtualBox's NAT network: its ping to guests (L2935) fails. Forward a port to port 22 of the guest and connect by SSH instead.",
      "画面はマニュアルどおりですが、VirtualBox の NAT ネットワークにはホスト側の仮想 NIC がないため、ホストからの ping（L2935）は失敗します。代わりにゲストの 22 番ポートへポートフォワーディングを設定し、SSH で接続します。",
    ),
    hyperv: otherScreens(
      "hyperv-nat",
      "Hyper-V Manager has nothing for NAT: the Internal switch with NetNat is there, with the manual's addresses (L2928), and Get-NetNat in PowerShell shows it. Learners connect both guests to that switch.",
      "Hyper-V マネージャーに NAT の設定はありません。マニュアルのアドレス（L2928）で NetNat を使う内部スイッチを用意してあり、PowerShell の Get-NetNat で確認できます。受講者は 2 台のゲストをそのスイッチに接続します。",
    ),
  },
  "3b-bridged": {
    containers: byConfiguration("docker-bridge"),
    libvirt: inVirtManager("libvirt-network forward bridge", {
      en: "source: the bridge of the classroom LAN",
      ja: "ネットワークソースを教室の LAN のブリッジにします",
    }),
    virtualbox: asPrinted("manual L2894"),
    hyperv: inHyperVManager("hyperv-switch NetAdapterName", {
      en: "virtual switch: the External one",
      ja: "仮想スイッチを外部スイッチにします",
    }),
  },
  "3b-internal": {
    containers: byConfiguration("measured"),
    libvirt: inVirtManager("libvirt-network isolated network without an address", {
      en: "source: the isolated network on which the host has no address",
      ja: "ネットワークソースを、ホストがアドレスを持たない隔離ネットワークにします",
    }),
    virtualbox: asPrinted("manual L2913"),
    hyperv: inHyperVManager("hyperv-switch SwitchType Private", {
      en: "virtual switch: the Private one, which the manual's Hyper-V exercise calls host-only",
      ja: "仮想スイッチをプライベートスイッチにします（マニュアルの Hyper-V の演習では Host-only と呼んでいます）",
    }),
  },
  vlan: {
    containers: otherScreens(
      "docker-bridge",
      "VLANs are Docker networks here, and nothing is tagged: A, B and E reach each other by ping, C and D do not; tags cannot be looked at.",
      "ここでは VLAN を Docker のネットワークで代用し、タグは付きません。A・B・E が互いに ping で通信でき、C・D とは通信できないことを確認します。タグそのものは観察できません。",
    ),
    libvirt: otherScreens(
      "libvirt-network vlan tags",
      "Each VLAN is a bridge over a VLAN interface of the host: ip -d link on the host shows the number.",
      "VLAN ごとに、ホストの VLAN インターフェースの上にブリッジがあります。ホストで ip -d link を実行すると VLAN 番号を確認できます。",
    ),
    virtualbox: otherScreens(
      "virtualbox-network 6.2",
      "The tag is made in the guest: a VLAN interface in its network settings; ip -d link in the guest shows the number.",
      "タグはゲストのネットワーク設定の VLAN インターフェースで付けます。ゲストで ip -d link を実行すると VLAN 番号を確認できます。",
    ),
    hyperv: asPrinted("manual L803"),
  },
  hyperv: {
    containers: impossible(
      "hyperv-install",
      "There is no Hyper-V: the instructor shows Hyper-V Manager on a PC of their own; learners see the difference of host-only and bridge in 3b-host-only and 3b-bridged.",
      "Hyper-V はありません。講師が自分の PC で Hyper-V マネージャーを実演し、受講者は Host-only と Bridge の違いを 3b-host-only と 3b-bridged で確認します。",
    ),
    libvirt: impossible(
      "hyperv-install",
      "There is no Hyper-V: the same two networks are set in virt-manager, the isolated one without an address of the host and the bridge.",
      "Hyper-V はありません。同じ 2 種類のネットワーク（ホストがアドレスを持たない隔離ネットワークとブリッジ）を virt-manager で設定します。",
    ),
    virtualbox: impossible(
      "virtualbox-advanced nested virtualization",
      "Hyper-V and VirtualBox stand in each other's way on one machine: use a host of its own with target hyperv, or restart in between (coexistence: reboot-between).",
      "1 台のマシンで Hyper-V と VirtualBox は両立しません。target: hyperv の別のホストを用意するか、間で再起動します（coexistence: reboot-between）。",
    ),
    hyperv: asPrinted("manual L163"),
  },
  vagrant: {
    containers: impossible(
      "vagrant",
      "There is no hypervisor for Vagrant to drive: the Vagrantfile is read together, and the instructor shows vagrant up on a PC of their own.",
      "Vagrant が操作するハイパーバイザがありません。Vagrantfile を全員で読み、講師が自分の PC で vagrant up を実演します。",
    ),
    libvirt: otherScreens(
      "vagrant",
      "The provider is libvirt (plug-in vagrant-libvirt): cpus, memory and nested = true in place of the hyperv block, in a terminal of Linux.",
      "プロバイダは libvirt（プラグイン vagrant-libvirt）です。hyperv のブロックの代わりに cpus、memory、nested = true を書き、Linux の端末で実行します。",
    ),
    virtualbox: otherScreens(
      "vagrant",
      "The provider is virtualbox: cpus and memory in its block, and a customize line modifyvm with --nested-hw-virt on; no administrator's prompt is needed.",
      "プロバイダは virtualbox です。ブロックに cpus と memory、customize の行に modifyvm の --nested-hw-virt on を書きます。管理者権限のプロンプトは不要です。",
    ),
    hyperv: asPrinted("manual L926"),
  },
  nested: {
    containers: impossible(
      "docker-container",
      "A container has no processor of its own to virtualize on: the instructor shows it on a PC of their own.",
      "コンテナには仮想化に使える独自の CPU がありません。講師が自分の PC で実演します。",
    ),
    libvirt: otherScreens(
      "qemu-cpu host passthrough",
      "In virt-manager: CPUs, copy host CPU configuration (host-passthrough); grep -E 'vmx|svm' /proc/cpuinfo in the guest shows the flag.",
      "virt-manager の CPU の設定で「ホスト CPU の設定をコピー」（host-passthrough）を選びます。ゲストで grep -E 'vmx|svm' /proc/cpuinfo を実行してフラグを確認します。",
    ),
    virtualbox: otherScreens(
      "virtualbox-advanced nested virtualization",
      "With the guest off: VBoxManage modifyvm ubuntu-test1 --nested-hw-virt on; grep -E 'vmx|svm' /proc/cpuinfo in the guest shows the flag.",
      "ゲストの電源を切り、VBoxManage modifyvm ubuntu-test1 --nested-hw-virt on を実行します。ゲストで grep -E 'vmx|svm' /proc/cpuinfo を実行してフラグを確認します。",
    ),
    hyperv: asPrinted("hyperv-nested-enable"),
  },
  "4-docker": everywhere("manual L2945"),
  "5-image": everywhere("manual L3227"),
  "6-php": everywhere("manual L3377"),
  "6-wordpress": everywhere("manual L3692"),
  final: everywhere("manual L177"),
};

const NO_LAN_EXERCISE: Text = {
  en: "The cloud's network takes no guests: the mode is explained on the slide, and guests stay on the NAT network, where they reach one another and the internet.",
  ja: "クラウドのネットワークにゲストを直接つなぐことはできません。スライドで説明し、ゲストは NAT ネットワークのまま、ゲスト同士とインターネットへの通信を確認します。",
};
const NO_VLAN: Text = {
  en: "There is no classroom LAN to divide: two internal switches show that groups do not reach each other.",
  ja: "分割する教室の LAN がありません。内部ネットワークのスイッチを 2 つ使い、グループ間で通信できないことを確認します。",
};
const HOST_IS_NESTED: Text = {
  en: "The host itself is the example: it is a guest of the cloud, shows vmx or svm, and the guests run in it.",
  ja: "ホスト自身が実例です。クラウドのゲストでありながら vmx または svm が表示され、その中でゲストが動いています。",
};
const GUEST_BY_NAT: Text = {
  en: "as on a machine of the room, but on the NAT network: the cloud's network takes no guests",
  ja: "教室のマシンと同じ手順ですが、クラウドのネットワークにはゲストをつなげないため、NAT ネットワークを使います",
};

const BEGINS_BY_NAT: Text = {
  en: "In the cloud guests are on the NAT network where the book has them bridged: the cloud's network takes no guests.",
  ja: "クラウドのネットワークにはゲストをつなげないため、マニュアルでブリッジ接続とされている箇所では NAT ネットワークを使います。",
};

type Change = (own: ExerciseSupport) => ExerciseSupport;

/** The same exercise with what the cloud changes said after it. */
const also =
  (source: Source, added: Text): Change =>
  (own) => ({
    kind: own.kind === "as-printed" ? "other-screens" : own.kind,
    source,
    replacement:
      own.kind === "as-printed"
        ? added
        : { en: `${own.replacement.en} ${added.en}`, ja: `${own.replacement.ja}${added.ja}` },
  });

const changesOf = (network: Source, nested: Source): Partial<Record<ExerciseId, Change>> => ({
  "2-guest": also(network, {
    en: `In the cloud: ${GUEST_BY_NAT.en}.`,
    ja: `クラウドでは、${GUEST_BY_NAT.ja}。`,
  }),
  "3a-clone": also(network, BEGINS_BY_NAT),
  "3b-disabled": also(network, BEGINS_BY_NAT),
  "3b-host-only": also(network, BEGINS_BY_NAT),
  "3b-nat": also(network, BEGINS_BY_NAT),
  "3b-internal": also(network, BEGINS_BY_NAT),
  "3b-bridged": () => ({ kind: "impossible", source: network, replacement: NO_LAN_EXERCISE }),
  vlan: () => ({ kind: "impossible", source: network, replacement: NO_VLAN }),
  hyperv: also(network, {
    en: "In the cloud no bridge is made: the network closed among guests and the NAT network are compared instead.",
    ja: "クラウドではブリッジを作成できません。ゲスト間だけで閉じたネットワークと NAT ネットワークを比べます。",
  }),
  vagrant: also(nested, {
    en: "In the cloud the Vagrantfile leaves nested virtualization out: it would be a third level.",
    ja: "クラウドでは 3 段目の仮想化になるため、Vagrantfile から入れ子の仮想化の行を外します。",
  }),
  nested: () => ({ kind: "impossible", source: nested, replacement: HOST_IS_NESTED }),
});

const CLOUD_CHANGES: Readonly<Partial<Record<HostKind, Partial<Record<ExerciseId, Change>>>>> = {
  ec2: changesOf("ec2-network", "ec2-nested"),
  azure: changesOf("azure-network", "hyperv-nested"),
};

/** What is done where the target does not run at all. */
const ELSEWHERE: Readonly<Record<"containers" | "virtualbox", Text>> = {
  containers: {
    en: "Containers are guests on this machine only: use target libvirt or hyperv there.",
    ja: "コンテナをゲストにできるのはこのマシンだけです。target: libvirt または hyperv を使ってください。",
  },
  virtualbox: {
    en: "VirtualBox does not run on cloud hosts: use target libvirt or hyperv there, with their screens.",
    ja: "VirtualBox はクラウドのホストでは動きません。target: libvirt または hyperv を使い、それぞれの画面で行います。",
  },
};

/**
 * How an exercise is done on a target.
 * @param kind the kind of host; a machine of one's own by default
 */
export function exerciseSupport(
  exercise: ExerciseId,
  target: Target,
  kind: HostKind = "this-machine",
): ExerciseSupport {
  const guests = supportOf("guests", target, kind);
  if (guests.kind === "refused" && (target === "containers" || target === "virtualbox"))
    return { kind: "impossible", source: guests.source, replacement: ELSEWHERE[target] };
  const own = TABLE[exercise][target];
  const change = CLOUD_CHANGES[kind]?.[exercise];
  return change ? change(own) : own;
}

/**
 * The mode that guests of an exercise are in where the course has another: on a host that refuses that one, the mode that the support table
 * names instead. The course's own stays where the exercise is impossible without it.
 */
export function modeInExercise(exercise: ExerciseId, mode: Mode, target: Target, kind: HostKind): Mode {
  const cell = supportOf(mode, target, kind);
  if (cell.kind !== "refused" || exerciseSupport(exercise, target, kind).kind === "impossible") return mode;
  return MODES.find((other) => other === cell.instead) ?? mode;
}
