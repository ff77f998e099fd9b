import { RESERVE } from "../demand";
import type { Language } from "../languages";
import type { Precheck } from "./precheck";

/** What a PC of the room may be wanted for. */
export const USES = ["hyperv", "virtualbox", "libvirt"] as const;

/** One of the uses. */
export type Use = (typeof USES)[number];

/**
 * How much a finding is in the way of a use: `no`, nothing at the PC helps; `mend`, somebody has to do something first; `limited`, it works
 * and has its price; `know`, it stops nothing.
 */
export const LEVELS = ["no", "mend", "limited", "know"] as const;

/** One of the levels. */
export type Level = (typeof LEVELS)[number];

type Scalar = {
  [Key in keyof Precheck]: Precheck[Key] extends string | number | boolean | null ? Key : never;
}[keyof Precheck];

/** What has to be so for a rule to hold. Data, since the scripts at the PCs test it, too. */
export type Condition =
  | { readonly field: Scalar; readonly is: string | boolean | null }
  | { readonly field: "memory" | "diskFree"; readonly below: number }
  | { readonly field: "name"; readonly longer: number }
  | { readonly field: "restoreSoftware"; readonly some: true };

type Text = Readonly<Record<Language, string>>;

/** One thing that a room's PC may have. */
export interface RoomRule {
  /** Name of what was found. */
  readonly code: string;
  /** All of them hold. */
  readonly when: readonly Condition[];
  readonly level: Level;
  /** What it is in the way of. */
  readonly uses: readonly Use[];
  /** A sentence with its full stop: what was found. */
  readonly found: Text;
  /** A sentence with its full stop: what to do. */
  readonly mend: Text;
}

/** MiB that Windows and the course's guest (4096 MB, manual L2540) need: `course/demand.ts`, with what a hypervisor adds to a guest. */
const WINDOWS_MEMORY = RESERVE.windows.memory + 4096 + 124;

/** As {@link WINDOWS_MEMORY}, of Linux. */
const LINUX_MEMORY = RESERVE.linux.memory + 4096 + 124;

/** GiB: the course's guest (10 GB, manual L2540), its full clone, and the image that both begin with. */
const DISK_FREE = 25;

const WINDOWS: Condition = { field: "os", is: "windows" };
const LINUX: Condition = { field: "os", is: "linux" };
const ON_WINDOWS: readonly Use[] = ["hyperv", "virtualbox"];

/**
 * What a PC of the room may have that a class suffers from (course.md, "The room"), in the order in which it is told. Sources: Microsoft,
 * "System requirements for Hyper-V on Windows and Windows Server"; VirtualBox manual, "Using Hyper-V with Oracle VirtualBox".
 */
export const ROOM_RULES: readonly RoomRule[] = [
  {
    code: "home-edition",
    when: [WINDOWS, { field: "edition", is: "home" }],
    level: "no",
    uses: ["hyperv"],
    found: { en: "It runs Windows Home, which has no Hyper-V.", ja: "Windows HomeにはHyper-Vがありません。" },
    mend: {
      en: "Use VirtualBox on it, or have Windows changed to Pro or Education.",
      ja: "VirtualBoxを使うか、WindowsをProまたはEducationに変更してもらってください。",
    },
  },
  {
    code: "not-x64",
    when: [{ field: "architecture", is: "arm64" }],
    level: "no",
    uses: USES,
    found: {
      en: "Its processor is an Arm one, and the course's guests are made for x64.",
      ja: "プロセッサがArmです。講習のゲストはx64用です。",
    },
    mend: { en: "Take another PC.", ja: "別のPCを用意してください。" },
  },
  {
    code: "no-nested-paging",
    when: [WINDOWS, { field: "nestedPaging", is: false }],
    level: "no",
    uses: ["hyperv"],
    found: {
      en: "Its processor has no second level address translation, which Hyper-V needs.",
      ja: "プロセッサがHyper-Vに必要なSLAT（第2レベルのアドレス変換）に対応していません。",
    },
    mend: {
      en: "Use VirtualBox on it, or take another PC.",
      ja: "VirtualBoxを使うか、別のPCを用意してください。",
    },
  },
  {
    code: "virtualization-off",
    when: [{ field: "firmwareVirtualization", is: false }],
    level: "mend",
    uses: USES,
    found: {
      en: "Virtualization is off in its firmware (VT-x or AMD-V).",
      ja: "ファームウェア（UEFI/BIOS）で仮想化支援機能（VT-x／AMD-V）が無効です。",
    },
    mend: {
      en: "Switch it on in the firmware's settings; where BitLocker is on, have the recovery key at hand first.",
      ja: "UEFI/BIOSの設定画面で有効にしてください。BitLockerが有効なPCでは、先に回復キーを手元に用意してください。",
    },
  },
  {
    code: "virtualization-unknown",
    when: [{ field: "firmwareVirtualization", is: null }],
    level: "know",
    uses: USES,
    found: {
      en: "Whether virtualization is on in its firmware could not be told.",
      ja: "ファームウェアで仮想化支援機能が有効かどうかを確認できませんでした。",
    },
    mend: {
      en: "Look in Task Manager, Performance, CPU, at Virtualization; on Linux load the module kvm.",
      ja: "タスクマネージャーの「パフォーマンス」→「CPU」で「仮想化」の欄を確認してください。Linuxではkvmモジュールを読み込んでください。",
    },
  },
  {
    code: "memory-small",
    when: [WINDOWS, { field: "memory", below: WINDOWS_MEMORY }],
    level: "mend",
    uses: ON_WINDOWS,
    found: {
      en: "Its memory does not hold Windows and the course's guest of 4096 MB.",
      ja: "メモリーが足りず、Windowsと4096 MBのゲストを同時に動かせません。",
    },
    mend: {
      en: "Give the guest less memory, add memory to the PC, or use it as a client PC.",
      ja: "ゲストのメモリーを減らすか、PCのメモリーを増やすか、クライアントPCとして使ってください。",
    },
  },
  {
    code: "memory-small",
    when: [LINUX, { field: "memory", below: LINUX_MEMORY }],
    level: "mend",
    uses: ["libvirt", "virtualbox"],
    found: {
      en: "Its memory does not hold Linux and the course's guest of 4096 MB.",
      ja: "メモリーが足りず、Linuxと4096 MBのゲストを同時に動かせません。",
    },
    mend: {
      en: "Give the guest less memory, add memory to the PC, or use it as a client PC.",
      ja: "ゲストのメモリーを減らすか、PCのメモリーを増やすか、クライアントPCとして使ってください。",
    },
  },
  {
    code: "disk-small",
    when: [{ field: "diskFree", below: DISK_FREE }],
    level: "mend",
    uses: USES,
    found: {
      en: `Less than ${DISK_FREE} GiB are free: the course's guest, its clone and their image need that.`,
      ja: `空き容量が${DISK_FREE} GiB未満です。ゲストとそのクローン、元になるイメージに必要な容量です。`,
    },
    mend: { en: "Free room on the system's drive.", ja: "システムドライブの空き容量を増やしてください。" },
  },
  {
    code: "kvm-absent",
    when: [LINUX, { field: "kvm", is: "absent" }],
    level: "mend",
    uses: ["libvirt"],
    found: {
      en: "Linux has no KVM here: there is no /dev/kvm.",
      ja: "KVMが使えません（/dev/kvmがありません）。",
    },
    mend: {
      en: "Switch virtualization on in the firmware, and load the module kvm_intel or kvm_amd; without it guests are emulated and slow.",
      ja: "ファームウェアで仮想化を有効にし、kvm_intelまたはkvm_amdモジュールを読み込んでください。ないとエミュレーションになり、非常に遅くなります。",
    },
  },
  {
    code: "memory-integrity",
    when: [WINDOWS, { field: "memoryIntegrity", is: true }],
    level: "limited",
    uses: ["virtualbox"],
    found: {
      en: "Memory Integrity is on: VirtualBox runs slower, and no guest can run guests of its own.",
      ja: "メモリ整合性（コア分離）が有効です。VirtualBoxの動作が遅くなり、ゲストの中で仮想マシンを動かせません。",
    },
    mend: {
      en: "Say coexistence: slow, or switch it off in Windows Security, Device security, Core isolation, and note that it has to be on again afterwards.",
      ja: "coexistence: slow を設定するか、「Windows セキュリティ」→「デバイス セキュリティ」→「コア分離」で無効にしてください（講習後に元へ戻すため、記録してください）。",
    },
  },
  {
    code: "hypervisor-running",
    when: [WINDOWS, { field: "memoryIntegrity", is: false }, { field: "hypervisor", is: true }],
    level: "limited",
    uses: ["virtualbox"],
    found: {
      en: "Windows' own hypervisor runs (Hyper-V, WSL 2, Docker Desktop or Credential Guard): VirtualBox runs slower beside it.",
      ja: "Windowsのハイパーバイザー（Hyper-V、WSL 2、Docker Desktop、Credential Guardなど）が動作中のため、VirtualBoxが遅くなります。",
    },
    mend: {
      en: "Say coexistence: slow or reboot-between, or have that feature switched off.",
      ja: "coexistence: slow または reboot-between を設定するか、その機能を無効にしてもらってください。",
    },
  },
  {
    code: "restore-software",
    when: [{ field: "restoreSoftware", some: true }],
    level: "mend",
    uses: USES,
    found: {
      en: "Software on it undoes every change at a restart.",
      ja: "再起動すると変更が元に戻る環境復元ソフトが入っています。",
    },
    mend: {
      en: "Have it switched off (thawed) from the enrolment until the class is over: Hyper-V needs a restart.",
      ja: "登録作業から講習終了まで、復元機能を解除してもらってください。Hyper-Vの有効化には再起動が必要です。",
    },
  },
  {
    code: "wifi-only",
    when: [{ field: "link", is: "wifi" }],
    level: "limited",
    uses: USES,
    found: {
      en: "It is on Wi-Fi only: bridged guests get no answer, and the access point may keep PCs apart.",
      ja: "Wi-Fiだけで接続しています。ブリッジ接続のゲストは通信できず、アクセスポイントがPC同士の通信を遮断する場合もあります。",
    },
    mend: {
      en: "Bring a cable, or use mode nat-network.",
      ja: "LANケーブルを用意するか、nat-networkモードを使ってください。",
    },
  },
  {
    code: "no-network",
    when: [{ field: "link", is: "none" }],
    level: "mend",
    uses: USES,
    found: { en: "No network card of it is connected.", ja: "ネットワークに接続されていません。" },
    mend: {
      en: "Connect it, and run the precheck again.",
      ja: "接続してから、もう一度事前確認を実行してください。",
    },
  },
  {
    code: "no-administrator",
    when: [WINDOWS, { field: "administrator", is: false }],
    level: "mend",
    uses: ON_WINDOWS,
    found: {
      en: "The user is no administrator: enrolling the PC needs one.",
      ja: "このユーザーは管理者ではありません。登録作業には管理者が必要です。",
    },
    mend: {
      en: "Have an administrator's name and password at hand for the enrolment.",
      ja: "登録作業のために、管理者のユーザー名とパスワードを用意してください。",
    },
  },
  {
    code: "no-administrator",
    when: [LINUX, { field: "administrator", is: false }],
    level: "mend",
    uses: ["libvirt", "virtualbox"],
    found: {
      en: "The user may not become root: enrolling the PC needs that.",
      ja: "このユーザーはrootになれません。登録作業にはroot権限が必要です。",
    },
    mend: {
      en: "Enrol it as a user who may use sudo.",
      ja: "sudoを使えるユーザーで登録作業を行ってください。",
    },
  },
  {
    code: "reboot-pending",
    when: [{ field: "rebootPending", is: true }],
    level: "mend",
    uses: USES,
    found: { en: "It waits for a restart.", ja: "再起動待ちの状態です。" },
    mend: { en: "Restart it before it is enrolled.", ja: "登録作業の前に再起動してください。" },
  },
  {
    code: "features-blocked",
    when: [{ field: "featuresBlocked", is: true }],
    level: "know",
    uses: ON_WINDOWS,
    found: {
      en: "It takes updates from a server of the company's, which as a rule has no optional features (error 0x800f0954).",
      ja: "更新プログラムを社内サーバー（WSUS）から取得しています。通常、オプション機能は取得できません（エラー0x800f0954）。",
    },
    mend: {
      en: "Bring OpenSSH on the stick: host enroll --bundle.",
      ja: "OpenSSHをUSBメモリーに入れて持参してください（host enroll --bundle）。",
    },
  },
  {
    code: "bitlocker",
    when: [{ field: "bitlocker", is: "on" }],
    level: "know",
    uses: ON_WINDOWS,
    found: {
      en: "BitLocker is on: a change in the firmware makes it ask for the recovery key.",
      ja: "BitLockerが有効です。ファームウェアの設定を変えると、回復キーの入力を求められます。",
    },
    mend: {
      en: "Have the recovery key at hand before the firmware is changed.",
      ja: "ファームウェアを変更する前に、回復キーを手元に用意してください。",
    },
  },
  {
    code: "name-long",
    when: [{ field: "name", longer: 15 }],
    level: "know",
    uses: USES,
    found: {
      en: "Its name is longer than 15 characters: in the lab it has the name of its seat, or a shorter one.",
      ja: "コンピューター名が15文字を超えています。ラボでは座席名、または短くした名前を使います。",
    },
    mend: { en: "Nothing has to be done.", ja: "対応は不要です。" },
  },
  {
    code: "folder-not-plain",
    when: [WINDOWS, { field: "userFolderPlain", is: false }],
    level: "know",
    uses: ON_WINDOWS,
    found: {
      en: "The user's folder has Japanese or other letters beyond ASCII: VirtualBox and Vagrant stumble over it.",
      ja: "ユーザーフォルダー名に日本語などの全角文字が含まれます。VirtualBoxやVagrantで問題が起きることがあります。",
    },
    mend: {
      en: "Learners keep machines in C:\\classlab, or work as the enrolled user.",
      ja: "仮想マシンはC:\\classlabに置くか、登録したユーザーで作業してください。",
    },
  },
  {
    code: "onedrive",
    when: [WINDOWS, { field: "oneDrive", is: true }],
    level: "know",
    uses: ON_WINDOWS,
    found: {
      en: "The user's documents are in OneDrive, which would upload disks and shared folders.",
      ja: "ユーザーのドキュメントがOneDriveにあります。仮想ディスクや共有フォルダーがアップロードされる場合があります。",
    },
    mend: {
      en: "Keep machines and shared folders in C:\\classlab.",
      ja: "仮想マシンと共有フォルダーはC:\\classlabに置いてください。",
    },
  },
  {
    code: "public-network",
    when: [WINDOWS, { field: "networkProfile", is: "public" }],
    level: "know",
    uses: ON_WINDOWS,
    found: {
      en: "Windows takes the network for a public one: it answers no ping and lets no SSH in.",
      ja: "ネットワークが「パブリック」に設定されています。pingに応答せず、SSH接続も受け付けません。",
    },
    mend: {
      en: "Enrolling adds rules that hold in every profile; nothing has to be done by hand.",
      ja: "登録作業で、すべてのプロファイルに有効な規則を追加します。手作業は不要です。",
    },
  },
];
