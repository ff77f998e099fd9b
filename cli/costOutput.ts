import { type CostEstimate, costFrom } from "../course/cost/estimate";
import { formatMoney, formatRate, type Money } from "../course/cost/money";
import { type Rate, ratesOf, sourcesOf } from "../course/cost/rates";
import type { Language } from "../course/languages";
import type { LabPlan } from "../course/plan";
import { SCHEMA_VERSION } from "./output";
import { amountText, costSection, type Section } from "./plan/sections";
import { block } from "./plan/terminal";
import { PLAN_WORDS } from "./plan/words";

/** The words of `cost` that a plan does not have. */
interface CostWords {
  readonly title: (lab: string) => string;
  readonly fromNow: string;
  readonly rates: string;
  readonly rateColumns: readonly string[];
  readonly teams: string;
  readonly teamColumns: readonly string[];
  readonly sources: string;
  readonly assumptions: string;
}

const WORDS: Readonly<Record<Language, CostWords>> = {
  en: {
    title: (lab) => `Cost of lab "${lab}"`,
    fromNow: "from now to teardown",
    rates: "What bills, an hour",
    rateColumns: ["what", "number", "running", "stopped", "after the hard end"],
    teams: "By team",
    teamColumns: ["team", "running, an hour", "stopped, an hour", "from preparation to teardown"],
    sources: "Prices",
    assumptions: "How it is reckoned",
  },
  ja: {
    title: (lab) => `ラボ「${lab}」の費用`,
    fromNow: "現在から撤去まで",
    rates: "課金されるもの（1時間あたり）",
    rateColumns: ["対象", "数", "稼働中", "停止中", "強制終了後"],
    teams: "チーム別",
    teamColumns: ["チーム", "稼働中、1時間あたり", "停止中、1時間あたり", "準備から撤去まで"],
    sources: "料金の出典",
    assumptions: "計算の前提",
  },
};

function rateRow({ what, count, perHour }: Rate, language: Language): string[] {
  const { running, stopped, ended } = perHour;
  const shown = String(Math.round(count * 100) / 100);
  return [what[language], shown, formatRate(running), formatRate(stopped), formatRate(ended)];
}

/**
 * What a lab costs, as people read it.
 * @param estimate of the whole lab, or of some of its teams
 * @param now an instant in UTC
 */
export function renderCost(
  plan: Pick<LabPlan, "lab" | "schedule">,
  estimate: CostEstimate,
  language: Language,
  now: string,
): string {
  const words = WORDS[language];
  const planWords = PLAN_WORDS[language];
  const shown = (amount: Money) => amountText(estimate, planWords, formatMoney(amount));
  const left = costFrom(plan, estimate, now);
  const whole = costSection(estimate, planWords, language, left ? [[words.fromNow, shown(left)]] : []);
  const rates = ratesOf(estimate);
  const details: Section[] = [
    {
      title: words.rates,
      columns: words.rateColumns,
      rows: rates.map((rate) => rateRow(rate, language)),
    },
    {
      title: words.teams,
      columns: estimate.calendar ? words.teamColumns : words.teamColumns.slice(0, -1),
      rows: estimate.teams.map(({ team, perHour: { running, stopped }, total }) => [
        team,
        formatRate(running),
        formatRate(stopped),
        ...(total ? [formatMoney(total)] : []),
      ]),
    },
    {
      title: words.sources,
      rows: sourcesOf(estimate).map(({ title, url, date }) => [date, `${title} (${url})`]),
    },
  ];
  const assumptions = {
    title: words.assumptions,
    rows: estimate.assumptions.map((text) => [text[language]]),
  };
  const sections = [
    whole,
    ...(rates.length > 0 ? details : []),
    ...(estimate.assumptions.length > 0 ? [assumptions] : []),
  ];
  return `${[words.title(plan.lab), ...sections.map(block)].join("\n")}\n`;
}

/** The document of `cost --json`: the estimate as `plan --json` has it, what is yet to come, and the sources in full. */
export function costJson(
  plan: Pick<LabPlan, "lab" | "schedule">,
  estimate: CostEstimate,
  now: string,
): object {
  const { lines: _lines, ...figures } = estimate;
  const left = costFrom(plan, estimate, now);
  return {
    schemaVersion: SCHEMA_VERSION,
    lab: plan.lab,
    now,
    ...figures,
    rates: ratesOf(estimate),
    ...(left ? { fromNow: left } : {}),
    sources: sourcesOf(estimate),
  };
}
