import type { Mode } from "../modes";
import type { ChecklistItem, ExerciseData, ExerciseNeeds, ExerciseState, LocalText } from "./exercise";
import { exerciseOfMode } from "./ids";

const MODE_WORDS: Readonly<Record<Mode, LocalText>> = {
  disabled: { en: "not connected", ja: "無効" },
  "host-only": { en: "host-only", ja: "ホストオンリーアダプター" },
  nat: { en: "NAT", ja: "NAT" },
  "nat-network": { en: "NAT network", ja: "NAT ネットワーク" },
  bridged: { en: "bridged", ja: "ブリッジアダプター" },
  internal: { en: "internal network", ja: "内部ネットワーク" },
};

function connected(mode: Mode): ExerciseState {
  const words = MODE_WORDS[mode];
  return {
    words:
      mode === "disabled"
        ? {
            en: "Two guests, whose adapters are not connected.",
            ja: "ゲスト 2 台。ネットワークアダプターは無効。",
          }
        : {
            en: `Two guests, their first adapter in mode ${words.en}.`,
            ja: `ゲスト 2 台。アダプター1 は${words.ja}。`,
          },
    guests: "all",
    adapters: mode,
    stacks: [],
    refused: {},
  };
}

const needs = (before: Mode, mode: Mode): ExerciseNeeds => ({
  guests: 2,
  docker: false,
  images: [],
  switches: [before, mode].flatMap((entry) => (entry === "disabled" ? [] : [entry])),
  others: [],
});

/** Two guests, moved from one mode to another: the manual changes nothing else (L2909). */
function exercise(mode: Mode, before: Mode, manual: string, checks: ExerciseData["checks"]): ExerciseData {
  const words = MODE_WORDS[mode];
  return {
    id: exerciseOfMode(mode),
    title: { en: `Network adapter: ${words.en}`, ja: `ネットワークアダプター：${words.ja}` },
    manual,
    needs: needs(before, mode),
    start: connected(before),
    solved: connected(mode),
    checks,
    inside: false,
  };
}

const item = (manual: string, en: string, ja: string): ChecklistItem => ({ en, ja, manual });

const SAME_NETWORK: Readonly<{ en: string; ja: string }> = {
  en: "The VMs are on the same network: ping between them succeeds.",
  ja: "各 VM が同じネットワークに接続されている（VM 同士の ping が成功する）。",
};

/**
 * Exercise 3, network settings. The first three are shown and have no check list (L2826–2885); their guests are on the
 * classroom LAN before, as exercise 2 leaves them (L2591). For ② the second machine was just made, and a new machine of
 * VirtualBox is on NAT (VirtualBox manual, chapter 6); ③ begins where ② ends, ④ where ③ ends (L2887–2940).
 */
export const NETWORK_EXERCISES: readonly ExerciseData[] = [
  exercise("disabled", "bridged", "L2826–2833", [
    item(
      "L2831",
      "The guest has no network interface that is connected.",
      "ゲストに接続済みのネットワークインターフェースが存在しない。",
    ),
  ]),
  exercise("host-only", "bridged", "L2835–2839", [
    item("L2837", "The host and each VM reach each other by ping.", "ホストと各 VM の間で ping が成功する。"),
    item("L840–842", "The VMs reach nothing outside.", "VM から外部のネットワークへは通信できない。"),
  ]),
  exercise("nat", "bridged", "L844–853", [
    item(
      "L846",
      "The VM's browser opens an outside site.",
      "VM のブラウザから外部 Web サイトへアクセスできる。",
    ),
    item(
      "VirtualBox manual, chapter 6",
      "From the host, ping to the VM fails: only forwarded ports lead in.",
      "ホストから VM への ping は失敗する（ポートフォワーディングのみ可能）。",
    ),
  ]),
  exercise("nat-network", "internal", "L2923–2940", [
    item(
      "L2935",
      "In the VM's terminal, ping to the host succeeds.",
      "VM のターミナルから、ホストに ping が成功する。",
    ),
    item("L2936", "From the host, ping to each VM succeeds.", "ホストから各 VM に ping が成功する。"),
    item("L2937", SAME_NETWORK.en, SAME_NETWORK.ja),
    item("L2938", "Ping to other teams' VMs fails.", "他グループの各 VM への ping は失敗する。"),
    item(
      "L2939",
      "Each VM's browser opens an outside site such as Google.",
      "各 VM のブラウザから Google などの外部 Web サイトへアクセスできる。",
    ),
  ]),
  exercise("bridged", "nat", "L2887–2905", [
    item(
      "L2894",
      "In the VM's terminal, ping to the host succeeds.",
      "VM のターミナルから、ホストに ping が成功する。",
    ),
    item("L2895", "From the host, ping to each VM succeeds.", "ホストから各 VM に ping が成功する。"),
    item("L2896", SAME_NETWORK.en, SAME_NETWORK.ja),
    item("L2897", "Ping to other teams' VMs succeeds.", "他グループの各 VM への ping が成功する。"),
    item(
      "L2898",
      "Each VM's browser opens an outside site such as Google.",
      "各 VM のブラウザから Google などの外部 Web サイトへアクセスできる。",
    ),
  ]),
  exercise("internal", "bridged", "L2907–2921", [
    item(
      "L2913–2914",
      "Between the host and each VM, ping fails in both directions.",
      "ホストと各 VM の間では、どちらの向きの ping も失敗する。",
    ),
    item("L2915", SAME_NETWORK.en, SAME_NETWORK.ja),
    item("L2916", "Ping to other teams' VMs does not succeed.", "他グループの各 VM への ping は成功しない。"),
    item(
      "L2917",
      "No VM's browser opens an outside site such as Google.",
      "各 VM のブラウザから Google などの外部 Web サイトへアクセスできない。",
    ),
  ]),
];
