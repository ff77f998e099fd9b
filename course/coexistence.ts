import type { LabConfig } from "./config";
import type { ExerciseId } from "./exercises";
import type { PlanNote } from "./notes";
import type { Placement } from "./placement";
import { HYPERV_EXERCISES, meeting } from "./validators/coexistence";

/** Exercises that are done in VirtualBox (course.md, Exercises). */
const VIRTUALBOX_EXERCISES: readonly ExerciseId[] = [
  "1-virtualbox",
  "2-guest",
  "3a-clone",
  "3b-disabled",
  "3b-host-only",
  "3b-nat",
  "3b-nat-network",
  "3b-bridged",
  "3b-internal",
];

/**
 * How often a server that has the one or the other is restarted for a class: once wherever an exercise with the other one follows, in their
 * order.
 */
export function restartsBetween(exercises: readonly ExerciseId[]): number {
  const sides = exercises.flatMap((id) =>
    HYPERV_EXERCISES.includes(id) ? ["hyperv"] : VIRTUALBOX_EXERCISES.includes(id) ? ["virtualbox"] : [],
  );
  return sides.filter((side, index) => index > 0 && side !== sides[index - 1]).length;
}

const SOURCE = "VirtualBox manual, using Hyper-V with VirtualBox";

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** What is lost by restarting in between, reckoned against the calendar: breaks between lessons are where a restart takes nobody's time. */
function rebooting({
  exercises = [],
  calendar,
}: Pick<LabConfig, "exercises" | "calendar">): PlanNote["text"] {
  const restarts = restartsBetween(exercises);
  const breaks = calendar ? calendar.lessons.length - 1 : undefined;
  const within = breaks === undefined ? restarts : Math.max(0, restarts - breaks);
  return {
    en: `VirtualBox and Hyper-V take turns: ${counted(restarts, "restart")} of the server in the order of the exercises${breaks === undefined ? "" : `, ${within} of them within lessons (the calendar has ${counted(breaks, "break")} between lessons)`}. While the one is used, guests of the other do not run.`,
    ja: `VirtualBox と Hyper-V は交互に使います。演習の順ではサーバーの再起動が${restarts}回必要です${breaks === undefined ? "" : `（授業の合間は${breaks}回あり、授業中の再起動は${within}回です）`}。一方を使っている間、もう一方のゲストは動きません。`,
  };
}

const TEXTS: Readonly<
  Record<NonNullable<LabConfig["coexistence"]>, (config: LabConfig) => PlanNote["text"]>
> = {
  slow: () => ({
    en: "Beside Hyper-V, VirtualBox runs slower and no guest can run guests of its own.",
    ja: "Hyper-Vと同時に使うと、VirtualBoxの動作が遅くなり、ゲストの中でさらに仮想マシンを動かすことはできません。",
  }),
  "reboot-between": rebooting,
  "separate-host": () => ({
    en: "VirtualBox and Hyper-V are on hosts of their own: nothing is restarted and nothing is slow, but a team's guests on the one do not reach those on the other by a network of the team's own.",
    ja: "VirtualBox と Hyper-V を別々のホストで使います。再起動は不要で、速度も落ちませんが、チーム専用のネットワークではホストをまたいで通信できません。",
  }),
};

/** What each choice loses where VirtualBox and Hyper-V meet, once for each choice that teams have made. */
export function coexistenceNotes(config: LabConfig, { teams }: Placement): PlanNote[] {
  const met = teams.filter((team) => meeting(config, team.host) !== undefined);
  const choices = [...new Set(met.flatMap((team) => team.coexistence ?? config.coexistence ?? []))];
  return choices.map((choice) => ({
    code: `coexistence-${choice}` as const,
    where: met.some((team) => team.coexistence === choice) ? "lab.teams" : "lab.coexistence",
    text: TEXTS[choice](config),
    source: SOURCE,
  }));
}
