import { PREPARATION_MINUTES, WARM_UP_MINUTES } from "../calendar";
import { SPENT } from "../clouds/budget";
import { hasPublicAddress } from "../clouds/hosts";
import { tunnelKind } from "../clouds/tunnel";
import type { LabPlan } from "../plan";
import { rentedHosts } from "./hosts";
import { GATEWAY_DISK, GATEWAY_TYPES } from "./lines";
import { PRICE_SOURCES, type PriceTable } from "./prices";
import type { Traffic } from "./traffic";
import type { Words } from "./words";

/** What stands over every figure. */
export const LABEL: Words = {
  en: "Estimate from list prices, not an offer: ask the cloud's calculator before the money is promised",
  ja: "定価にもとづく概算であり、見積書ではありません。予算を確定する前に各クラウドの料金計算ツールで確認してください",
};

/** What no estimate of this plan holds, whatever the table has. */
export function notIncludedOf(plan: LabPlan): readonly Words[] {
  if (rentedHosts(plan).length === 0) return [];
  const channels: Words[] = [
    ...(plan.gateway
      ? [
          {
            en: "traffic through the gateway of the channel browser",
            ja: "ブラウザー接続用のゲートウェイを通る通信量",
          },
        ]
      : []),
    ...(plan.channels.includes("rdp")
      ? [
          {
            en: "an RDP gateway of its own; RDP goes through SSH to the hosts' public addresses or by Azure Bastion, which are counted",
            ja: "専用の RDP ゲートウェイ（RDP は SSH の中を通り、計上済みのホストのパブリックアドレスまたは Azure Bastion を使います）",
          },
        ]
      : []),
  ];
  return [
    ...channels,
    {
      en: "taxes such as Japanese consumption tax, support plans, discounts, free allowances",
      ja: "消費税などの税金、サポートプラン、割引、無料利用枠",
    },
    {
      en: "snapshots of host disks, which the lab does not take, and disk operations of Azure",
      ja: "ホストのディスクのスナップショット（このラボでは作成しません）、Azure のディスク操作",
    },
  ];
}

function localHosts(plan: LabPlan): Words[] {
  const rented = new Set(rentedHosts(plan).map(({ team }) => team));
  const teams = plan.teams.filter(({ id }) => !rented.has(id)).length;
  if (teams === 0) return [];
  return [
    {
      en: `${teams} of ${plan.teams.length} teams run on machines of your own: they cost nothing here`,
      ja: `${plan.teams.length} チーム中 ${teams} チームは手元のマシンを使うため、この概算では費用がかかりません`,
    },
  ];
}

/** What an estimate of a plan rests on. */
export function assumptionsOf(plan: LabPlan, prices: PriceTable, traffic: Traffic): readonly Words[] {
  const rented = rentedHosts(plan).map(({ host }) => host);
  if (rented.length === 0) return localHosts(plan);
  const { yen, source } = prices.usdJpy;
  const { title, date } = PRICE_SOURCES[source];
  return [
    ...localHosts(plan),
    {
      en: `prices of ${prices.date}, on demand, where their source tells no other day; $1 = ¥${yen} (${title}, ${date})`,
      ja: `${prices.date} 時点のオンデマンド価格（出典に別の日付があるものを除く）、1 ドル = ${yen} 円（${title}、${date}）`,
    },
    {
      en: "one host for each team, spare teams included; a month has 730 hours",
      ja: "予備を含め 1 チームにつきホスト 1 台、1 か月は 730 時間として計算",
    },
    plan.schedule
      ? {
          en: `hosts run ${PREPARATION_MINUTES} minutes for preparation, and for every lesson from ${WARM_UP_MINUTES} minutes before it to the end of its extension; in between they are stopped, and their disks, addresses and gateways bill on`,
          ja: `ホストの稼働は準備に ${PREPARATION_MINUTES} 分、各授業の開始 ${WARM_UP_MINUTES} 分前から延長の終わりまで。その間は停止し、ディスク、アドレス、ゲートウェイの課金は続きます`,
        }
      : {
          en: "the lab has no calendar: there are rates only",
          ja: "授業日程がないため、単価だけを示します",
        },
    {
      en: "after the hard end hosts stay stopped; their disks, addresses and gateways bill on until the lab is taken down",
      ja: "強制終了（hardEnd）の後、ホストは停止したままです。ディスク、アドレス、ゲートウェイはラボを撤去するまで課金されます",
    },
    {
      en: `each host downloads ${traffic.preparation} GB in preparation and ${traffic.lesson} GB a lesson, and sends ${traffic.outPerLesson} GB a lesson to the internet`,
      ja: `ホスト 1 台あたり、準備で ${traffic.preparation} GB、授業ごとに ${traffic.lesson} GB を受信し、授業ごとに ${traffic.outPerLesson} GB をインターネットへ送信`,
    },
    ...(rented.some((host) => !hasPublicAddress(host))
      ? [
          {
            en: "hosts without a public address get out by one NAT gateway in each region",
            ja: "パブリックアドレスを持たないホストは、リージョンごとに 1 台の NAT ゲートウェイを通って外部へ出ます",
          },
        ]
      : []),
    ...(plan.gateway
      ? [...new Set(rented.map(({ kind }) => GATEWAY_TYPES[kind]))].map((type) => ({
          en: `the gateway of the channel browser is reserved and not made yet; it is counted as one Linux host ${type} with ${GATEWAY_DISK} GiB in each region, which runs when hosts run`,
          ja: `ブラウザー接続用のゲートウェイは予約のみで、まだ作成されません。リージョンごとに Linux のホスト ${type}（${GATEWAY_DISK} GiB）1 台とし、ホストと同じ時間だけ稼働するものとして計算`,
        }))
      : []),
    ...(plan.budget
      ? [
          {
            en: `each cloud writes to ${plan.budget.emails.join(", ")} when ${SPENT.join(", ")} % of $${plan.budget.usd} a month are spent, some hours late`,
            ja: `各クラウドは月 $${plan.budget.usd} の ${SPENT.join("・")} % に達すると ${plan.budget.emails.join("、")} にメールで知らせます（数時間の遅れあり）`,
          },
        ]
      : []),
    ...(rented.some((host) => tunnelKind(host) === "bastion")
      ? [
          {
            en: "one Azure Bastion (Standard, which alone takes connections of `az`) in each region; it bills until it is deleted, used or not",
            ja: "リージョンごとに Azure Bastion（Standard、`az` からの接続に必要）1 台。使わなくても削除するまで課金されます",
          },
        ]
      : []),
    ...(rented.some(({ kind }) => kind === "azure")
      ? [
          {
            en: "disks of Azure are Standard SSD (LRS), billed by the next larger size; stopped means deallocated: a host that is shut down from inside stays allocated and bills like a running one",
            ja: "Azure のディスクは Standard SSD（LRS）で、1 つ上のサイズで課金。停止とは割り当て解除のことで、OS の中からシャットダウンしただけのホストは割り当てられたまま、稼働中と同じく課金されます",
          },
        ]
      : []),
    ...(rented.some(({ kind }) => kind === "ec2")
      ? [
          {
            en: "disks of EC2 are gp3 without extra IOPS or throughput",
            ja: "EC2 のディスクは gp3（IOPS とスループットの追加なし）",
          },
        ]
      : []),
  ];
}
