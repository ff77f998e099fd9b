import { sampleVagrantfile } from "../vagrantfile";
import { AS_PRINTED, both, commands, type SheetEntry, words } from "./sheet";

const additions = (comment: string): string => `sudo apt update
sudo apt install build-essential dkms linux-headers-$(uname -r)
# ${comment}`;

/** What holds for the whole book, and exercises 1 to 3a with those on Hyper-V. */
export const MACHINE_SHEET: readonly SheetEntry[] = [
  {
    exercise: "every",
    manual: "L2962",
    book: "¥",
    type: both(words("`\\`", "`\\`（半角のバックスラッシュ）")),
    why: both({
      en: "Japanese fonts show the backslash as ¥. On a Japanese keyboard it is the key ろ, left of the right Shift.",
      ja: "日本語フォントではバックスラッシュが「¥」と表示されることがある。日本語キーボードでは、右 Shift の左の「ろ」のキーで入力する。",
    }),
    source: "JIS X 0201: both signs have the code 0x5C",
  },
  {
    exercise: "1-virtualbox",
    manual: "L2448–2453",
    book: "VirtualBox 6.0.8 platform packages / VirtualBox 6.0.8 Oracle VM VirtualBox Extension Pack",
    type: {
      current: words(
        "The current 7.2 package for Windows hosts, and the Extension Pack of exactly the same version, from <https://www.virtualbox.org/wiki/Downloads>.",
        "<https://www.virtualbox.org/wiki/Downloads> から、現行の 7.2 系の Windows ホスト用パッケージと、まったく同じ版の拡張パックをダウンロードする。",
      ),
      "2019": words(
        "6.0.8 and its Extension Pack, from <https://www.virtualbox.org/wiki/Download_Old_Builds_6_0>.",
        "<https://www.virtualbox.org/wiki/Download_Old_Builds_6_0> から、6.0.8 と同じ版の拡張パックをダウンロードする。",
      ),
    },
    why: {
      current: {
        en: "Version 6.0 gets no fixes any more and is no longer on the first page.",
        ja: "6.0 系は更新が終了しており、トップページにも掲載されていない。",
      },
      "2019": {
        en: "The first page offers newer versions only; 6.0 gets no fixes any more.",
        ja: "トップページには新しい版しかない。6.0 系は更新が終了している。",
      },
    },
    source: "virtualbox.org, Download Old Builds",
  },
  {
    exercise: "1-virtualbox",
    manual: "L2456",
    book: "VirtualBox-6.0.8-130520-Win.exe",
    type: {
      current: words(
        "The file that was downloaded, whose name has its own version.",
        "ダウンロードしたファイル（ファイル名にはその版の番号が付く）。",
      ),
      "2019": AS_PRINTED,
    },
    why: {
      current: { en: "The name follows the version.", ja: "ファイル名は版によって変わる。" },
      "2019": { en: "It is the file of that version.", ja: "その版のファイル名である。" },
    },
    source: "virtualbox.org, Downloads",
  },
  {
    exercise: "1-virtualbox",
    manual: "L2494–2516",
    book: "③拡張パックのインストール",
    type: both(
      words(
        "Only if its licence covers the class: personal use, education and evaluation.",
        "ライセンスの範囲内（個人利用・教育・評価）である場合のみインストールする。",
      ),
    ),
    why: both({
      en: "The Extension Pack is not open source; the exercises do not need it.",
      ja: "拡張パックはオープンソースではない。演習は拡張パックなしでも行える。",
    }),
    source: "virtualbox.org, VirtualBox Personal Use and Evaluation License",
  },
  {
    exercise: "2-guest",
    manual: "L2582",
    book: "ubuntu-ja-16.04-desktop-amd64.iso",
    type: {
      current: words(
        "The desktop image of Ubuntu 24.04 LTS from <https://releases.ubuntu.com/24.04/>; choose 日本語 at the start of the installation.",
        "<https://releases.ubuntu.com/24.04/> の Ubuntu 24.04 LTS デスクトップ版イメージ。インストールの最初に「日本語」を選択する。",
      ),
      "2019": words(
        "The printed image, staged on the server beforehand; no network but the class's.",
        "事前にサーバへ配置した、マニュアルのとおりのイメージ。教室のネットワーク以外には接続しない。",
      ),
    },
    why: {
      current: {
        en: "The standard support of 16.04 ended in April 2021.",
        ja: "16.04 の標準サポートは 2021 年 4 月に終了した。",
      },
      "2019": {
        en: "Version 16.04 has had no free security updates since April 2021.",
        ja: "16.04 には 2021 年 4 月以降、無償のセキュリティ更新がない。",
      },
    },
    source: "ubuntu.com, The Ubuntu lifecycle and release cadence",
  },
  {
    exercise: "2-guest",
    manual: "L2545–2547",
    book: "仮想マシンのハードディスクを 10GB に設定します。",
    type: {
      current: words("25 GB, dynamically allocated.", "25GB（可変サイズ）に設定する。"),
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "The installer of today's desktop asks for 25 GB; only what is used is taken.",
        ja: "現在のデスクトップ版のインストールには 25GB が必要。可変サイズなので、実際に使用した分だけ消費される。",
      },
      "2019": { en: "Version 16.04 fits into 10 GB.", ja: "16.04 は 10GB に収まる。" },
    },
    source: "ubuntu.com, Download Ubuntu Desktop, system requirements",
  },
  {
    exercise: "2-guest",
    manual: "L2590–2592",
    book: "ホストから VM に ping が成功する",
    type: both(
      words(
        "Before this check: Settings → Network → Adapter 1 → Bridged Adapter.",
        "確認の前に、[設定]→[ネットワーク]→[アダプター 1] を「ブリッジアダプター」にする。",
      ),
    ),
    why: both({
      en: "A new machine is on NAT, where the host does not reach it.",
      ja: "新しい仮想マシンの初期設定は NAT で、ホストからは到達できない。",
    }),
    source: "VirtualBox manual, chapter 6",
  },
  {
    exercise: "2-guest",
    manual: "L2602, L2658–2660",
    book: "sudo apt install virtualbox-guest-dkms",
    type: {
      current: commands({
        en: additions("then Devices → Insert Guest Additions CD image, and run it"),
        ja: additions("その後、[デバイス]→[Guest Additions CD イメージの挿入]を選択して実行する"),
      }),
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "The Guest Additions of VirtualBox's own CD image have the version of the VirtualBox that is installed, and bring the clipboard as well.",
        ja: "VirtualBox に付属する CD イメージの Guest Additions は、インストールした VirtualBox と同じ版であり、クリップボードの共有も含まれる。",
      },
      "2019": {
        en: "The package is in 16.04's own archive.",
        ja: "16.04 のパッケージとして提供されている。",
      },
    },
    source: "VirtualBox manual, chapter 4, Guest Additions for Linux",
  },
  {
    exercise: "2-guest",
    manual: "L2632, L2660",
    book: "ホスト OS (Ubuntu) を再起動します。その後、ホスト OS 側の Terminal で ... / ホスト OS 管理者のパスワード",
    type: both(
      words(
        "Restart the guest (Ubuntu), use its terminal, and type the guest's password.",
        "ゲスト OS (Ubuntu) を再起動し、ゲスト OS の端末で操作する。パスワードもゲスト OS のもの。",
      ),
    ),
    why: both({
      en: "A misprint: Ubuntu is the guest here, Windows the host.",
      ja: "誤植。ここではゲスト OS が Ubuntu、ホスト OS が Windows である。",
    }),
    source: "manual L2594",
  },
  {
    exercise: "hyperv",
    manual: "L163",
    book: "Host-only",
    type: both(
      words(
        "A private switch. A switch that also reaches the server is an internal one.",
        "「プライベート」の仮想スイッチ。サーバとも通信できるのは「内部」の仮想スイッチ。",
      ),
    ),
    why: both({
      en: "Here the book calls a network closed among guests host-only; its slides (L842) call one that reaches the host so.",
      ja: "マニュアルではここで仮想マシンのみの閉じたネットワークを Host-only と呼ぶが、スライド（L842）ではホストと通信できるものを指す。",
    }),
    source: "Microsoft Learn, Plan for Hyper-V networking",
  },
  {
    exercise: "vagrant",
    manual: "L933–940",
    book: 'config.vm.box = "generic/ubuntu1604" ...',
    type: {
      current: { code: sampleVagrantfile("current").trimEnd(), as: "ruby" },
      "2019": { code: sampleVagrantfile("2019").trimEnd(), as: "ruby" },
    },
    why: {
      current: {
        en: "The slide leaves the frame around these lines out, and Ubuntu 16.04 is out of support. Each team has its own name in Hyper-V.",
        ja: "スライドでは外側の記述が省略されている。また Ubuntu 16.04 のサポートは終了している。Hyper-V での名前はチームごとに変える。",
      },
      "2019": {
        en: "The slide leaves the frame around these lines out. Each team has its own name in Hyper-V.",
        ja: "スライドでは外側の記述が省略されている。Hyper-V での名前はチームごとに変える。",
      },
    },
    source: "developer.hashicorp.com, Vagrant, Hyper-V provider",
  },
  {
    exercise: "vagrant",
    manual: "L955",
    book: "https://app.vagrantup.com/",
    type: both(
      words(
        "<https://portal.cloud.hashicorp.com/vagrant/discover>",
        "<https://portal.cloud.hashicorp.com/vagrant/discover>",
      ),
    ),
    why: both({
      en: "Vagrant Cloud has moved to the HCP Vagrant Registry. The command vagrant up needs no change.",
      ja: "Vagrant Cloud は HCP Vagrant Registry に移行した。vagrant up コマンドはそのまま使用できる。",
    }),
    source: "developer.hashicorp.com, HCP Vagrant",
  },
  {
    exercise: "nested",
    manual: "L1859–1863",
    book: "Set-VMProcessor -VMName <VM名> -ExposeVirtualizationExtensions $true",
    type: both({
      code: "Stop-VM -Name NAME\nSet-VMProcessor -VMName NAME -ExposeVirtualizationExtensions $true\nStart-VM -Name NAME",
      as: "powershell",
    }),
    why: both({
      en: "The machine must be off when it is set, and PowerShell must run as administrator.",
      ja: "設定時には仮想マシンを停止しておく。PowerShell は管理者として実行する。",
    }),
    source: "Microsoft Learn, Run Hyper-V in a virtual machine with nested virtualization",
  },
];
