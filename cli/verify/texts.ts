import type { Vantage } from "../../course/reachability";
import { VERIFY_CAUSES, type VerifyCause } from "../../course/verifyCauses";
import type { VerifyRow } from "../../operations/verify/report";

/** Languages of the page. */
export const LANGUAGES = ["en", "ja"] as const;

/** One of the languages. */
export type Language = (typeof LANGUAGES)[number];

/** Everything that the page says, in one language. */
export interface Texts {
  readonly title: (lab: string) => string;
  readonly green: (green: number, all: number) => string;
  readonly partial: string;
  readonly counts: (good: number, bad: number, open: number) => string;
  readonly matrix: string;
  readonly from: string;
  readonly to: string;
  readonly picture: (team: string) => string;
  readonly legend: readonly [yes: string, no: string, wrong: string, unknown: string];
  readonly next: string;
  readonly rule: string;
  readonly allChecks: (count: number) => string;
  readonly notes: string;
  readonly extras: string;
  readonly measuredAt: (when: string, seconds: string, checks: number) => string;
  readonly vantage: Readonly<Record<Exclude<Vantage["kind"], "guest">, string>>;
  readonly kind: Readonly<Record<VerifyRow["kind"], string>>;
  readonly cause: Readonly<Record<VerifyCause, { readonly what: string; readonly next: string }>>;
  readonly row: (row: VerifyRow, words: (vantage: Vantage) => string) => string;
}

const KIND_EN: Texts["kind"] = {
  guest: "guest",
  adapter: "adapter",
  route: "way out",
  ssh: "SSH",
  reach: "reachability",
  internet: "internet",
  names: "names",
  docker: "Docker",
  images: "course images",
  service: "service",
  database: "database",
  volume: "data volume",
  "left-over": "containers of another state",
  nested: "guests in the guest",
  "shared-folder": "shared folder",
  registry: "registry",
};

const KIND_JA: Texts["kind"] = {
  guest: "ゲスト",
  adapter: "ネットワークアダプター",
  route: "デフォルトルート",
  ssh: "SSH",
  reach: "疎通",
  internet: "インターネット",
  names: "名前解決",
  docker: "Docker",
  images: "教材イメージ",
  service: "サービス",
  database: "データベース",
  volume: "データボリューム",
  "left-over": "別の状態のコンテナ",
  nested: "ネストされた仮想化",
  "shared-folder": "共有フォルダ",
  registry: "レジストリ",
};

const CAUSE_JA: Texts["cause"] = {
  "platform-silent": {
    what: "このマシンの Docker が応答しません",
    next: "Docker を起動してからもう一度 verify を実行してください。classlab doctor でさらに調べられます",
  },
  "guest-absent": {
    what: "ゲストがありません",
    next: "classlab up で作り直せます。ディスクが残っていれば中身も戻ります",
  },
  "guest-not-running": { what: "ゲストが停止しています", next: "classlab up で起動してください" },
  "guest-paused": { what: "ゲストが一時停止しています", next: "classlab up --repair で再開してください" },
  "guest-booting": {
    what: "ゲストは起動中で、まだ準備ができていません",
    next: "少し待って verify を実行してください。変わらなければ classlab up --repair",
  },
  "channel-silent": {
    what: "ゲストは動いていますが、管理用の通信に応答しません",
    next: "classlab up --repair で元に戻してください",
  },
  "wrong-switch": {
    what: "アダプターが計画と違うスイッチに接続されています",
    next: "classlab up で計画どおりに接続してください",
  },
  "extra-adapter": {
    what: "計画にないネットワークに接続されています",
    next: "classlab up --repair で切断してください",
  },
  "no-address": {
    what: "ゲストの中でアダプターに IP アドレスがありません",
    next: "計画の IP アドレスを設定するか、classlab up --repair を実行してください",
  },
  "wrong-address": {
    what: "ゲストの中の IP アドレスが計画と違います",
    next: "計画の IP アドレスを設定するか、classlab up --repair を実行してください",
  },
  "wrong-mac": {
    what: "ゲストの中の MAC アドレスがハイパーバイザーのものと違います",
    next: "ゲストで変更を元に戻すか、classlab up --repair を実行してください",
  },
  "gateway-missing": {
    what: "デフォルトルートがない、または別のゲートウェイを向いています",
    next: "ゲストでデフォルトルートを設定するか、classlab up --repair を実行してください",
  },
  "name-resolution": {
    what: "ゲストで名前解決ができません",
    next: "ゲストの /etc/resolv.conf を確認するか、classlab up --repair を実行してください",
  },
  "ssh-refused": {
    what: "ゲストの SSH サーバーが応答しません",
    next: "ゲストで SSH サーバーを起動するか、classlab up --repair を実行してください",
  },
  "key-denied": {
    what: "SSH サーバーがチームの鍵を受け付けません",
    next: "ゲストの ~/.ssh/authorized_keys を確認するか、classlab up --repair を実行してください",
  },
  blocked: {
    what: "モードでは許可されている通信が届きません",
    next: "ゲストとこのマシンのファイアウォールを確認するか、classlab up --repair を実行してください",
  },
  leak: {
    what: "届いてはいけない相手に届きます",
    next: "手作業でつないだネットワークや、追加したルート・アドレスを確認してください。ゲストの分は classlab up --repair で外れます",
  },
  "port-closed": {
    what: "そのポートで待ち受けているものがありません",
    next: "サービスを起動するか、classlab up --repair を実行してください",
  },
  "wrong-content": {
    what: "サービスが期待と違う内容を返します",
    next: "変更点を確認するか、classlab up --repair を実行してください",
  },
  "docker-silent": {
    what: "ゲストの Docker が応答しません",
    next: "ゲストで Docker を起動するか、classlab up --repair を実行してください",
  },
  "container-absent": {
    what: "サービスのコンテナがありません",
    next: "classlab up --repair で作り直してください",
  },
  "container-not-running": {
    what: "サービスのコンテナが停止しています",
    next: "ゲストで起動するか、classlab up --repair を実行してください",
  },
  "image-absent": {
    what: "教材イメージがゲストの Docker にありません",
    next: "classlab up --repair で読み込み直してください",
  },
  "volume-absent": {
    what: "データボリュームがありません",
    next: "classlab up --repair で空のボリュームを作り直してください",
  },
  "other-state": {
    what: "チームの別の状態のために作成したコンテナが残っています",
    next: "classlab up で宣言した状態にしてください",
  },
  "nested-hidden": {
    what: "ゲストの CPU に仮想化支援機能（vmx または svm）が見えません",
    next: "このマシンの KVM（kvm_intel または kvm_amd）で nested=1 を有効にし、ゲストを停止・起動してから、もう一度 verify を実行してください",
  },
  "nested-not-starting": {
    what: "ゲストの CPU に仮想化支援機能は見えますが、その中でゲストが起動しません",
    next: "ゲストで dmesg の kvm の行を確認し、このマシンの KVM を classlab doctor で確認してください",
  },
  "registry-silent": {
    what: "クラスのレジストリが応答しません",
    next: "classlab up で起動してください",
  },
  "mirror-silent": {
    what: "クラスの Docker Hub ミラーが応答しないため、各ゲストが直接イメージを取得します",
    next: "classlab up でレジストリを起動してください。起動している場合は Docker Hub に到達できていません。教室のネットワークと site.network.proxy を確認するか、registry.run.mirror を設定から外してください",
  },
  "registry-untrusted": {
    what: "ゲストがクラスのレジストリの証明書を信頼していません",
    next: "classlab up --repair で認証局の証明書を配置し直してください。/etc/docker/certs.d に受講者自身のファイルがある場合は、先に取り除いてください",
  },
  "registry-full": {
    what: "クラスのレジストリの容量が上限に達し、イメージを登録できません",
    next: "registry.run.quota を大きくして classlab up を実行してください。登録済みのイメージとアカウントは保持されます",
  },
  "folder-not-mounted": {
    what: "ホストと共有するフォルダがゲストにマウントされていません",
    next: "ゲストでマウントしてください（sudo mount -a で原因が表示されます）。virtiofsd のないホストでは 9p で共有するため、ゲストのカーネルに 9p モジュールが必要です",
  },
  "internet-down": {
    what: "このマシン自体がインターネットの確認先に届きません",
    next: "このマシンのネットワークを確認するか、verify.internetProbe を届く相手に変えてください",
  },
  "prober-missing": {
    what: "測定に必要なプログラムがゲストにありません",
    next: "ゲストにインストールするか、classlab up --repair を実行してください",
  },
  "control-failed": {
    what: "届かないことを証明できませんでした（対照が成立しません）",
    next: "対照側の赤い行を直してから、もう一度 verify を実行してください",
  },
  "timed-out": {
    what: "測定が終わる前に制限時間になりました",
    next: "--timeout を長くして、もう一度 verify を実行してください",
  },
  interrupted: { what: "測定が終わる前に中断されました", next: "もう一度 verify を実行してください" },
};

const PROTOCOL: Readonly<Record<NonNullable<VerifyRow["protocol"]>, string>> = {
  icmp: "ping",
  tcp: "SSH",
  http: "HTTP",
  dns: "DNS",
};

/** All texts of the page. */
export const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: (lab) => `Lab ${lab}`,
    green: (green, all) => `${green} of ${all} teams green`,
    partial: "Partial: it ended before everything was measured.",
    counts: (good, bad, open) =>
      [
        `${good} as expected`,
        ...(bad ? [`${bad} not as expected`] : []),
        ...(open ? [`${open} not measured`] : []),
      ].join(", "),
    matrix: "Who reaches whom",
    from: "from",
    to: "to",
    picture: (team) => `Picture of ${team}: red lines are not as expected`,
    legend: ["reached", "not reached, and must not be", "not as expected", "not measured"],
    next: "Next",
    rule: "Rule",
    allChecks: (count) => `All ${count} checks`,
    notes: "Where this target differs from the book",
    extras: "Made on top by the teams (not judged)",
    measuredAt: (when, seconds, checks) => `Measured ${when}: ${checks} checks in ${seconds} s`,
    vantage: { host: "host", client: "client PC", internet: "internet" },
    kind: KIND_EN,
    cause: VERIFY_CAUSES,
    row: (row) => row.title,
  },
  ja: {
    title: (lab) => `ラボ ${lab}`,
    green: (green, all) => `${all} チーム中 ${green} チームが正常`,
    partial: "途中まで: すべてを測定する前に終了しました。",
    counts: (good, bad, open) =>
      [
        `期待どおり ${good}`,
        ...(bad ? [`期待と違う ${bad}`] : []),
        ...(open ? [`測定できない ${open}`] : []),
      ].join("、"),
    matrix: "どこからどこへ届くか",
    from: "から",
    to: "へ",
    picture: (team) => `${team} の構成図: 赤い線は期待と違う通信`,
    legend: ["届く", "届かない（それで正しい）", "期待と違う", "測定できない"],
    next: "次にすること",
    rule: "根拠",
    allChecks: (count) => `すべての確認項目（${count} 件）`,
    notes: "この環境がマニュアルと違うところ",
    extras: "チームが追加したもの（判定の対象外）",
    measuredAt: (when, seconds, checks) => `測定 ${when}: ${checks} 件、${seconds} 秒`,
    vantage: { host: "ホスト", client: "クライアント PC", internet: "インターネット" },
    kind: KIND_JA,
    cause: CAUSE_JA,
    row: (row, words) => {
      const how = row.protocol ? `（${PROTOCOL[row.protocol]}${row.port ? ` ${row.port}` : ""}）` : "";
      if (row.from && row.to && row.kind !== "service") {
        const expected = row.expected ? "届く" : "届かない";
        return `${words(row.from)} → ${words(row.to)}${row.address ? ` ${row.address}` : ""}${how}: ${expected}こと`;
      }
      const where = row.guest ? `${row.team}/${row.guest}` : row.team;
      const from = row.from && row.kind === "service" ? `、${words(row.from)}から` : "";
      return `${where} の${KIND_JA[row.kind]}${row.address ? ` ${row.address}` : ""}${how}${from}`;
    },
  },
};
