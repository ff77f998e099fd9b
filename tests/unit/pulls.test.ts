import type { LabPlan } from "../../course/plan";
import { pullsOf } from "../../course/pulls";
import { planOf } from "./labs";

const ALL = ["4-docker", "5-image", "6-php", "6-wordpress"];

const REGISTRY = { mirror: "http://registry.lab.example:5000", push: "registry.lab.example:5000" };

const room = (teams: number, rest: object = {}): LabPlan => planOf("lab", { teams, exercises: ALL, ...rest });

/** A plan whose teams are on hosts of a cloud. */
function rented(teams: number, host: object): LabPlan {
  return planOf("lab", {
    teams,
    exercises: ALL,
    target: "hyperv",
    hosts: [
      {
        kind: "azure",
        name: "cloud",
        target: "hyperv",
        location: "japaneast",
        vmSize: "Standard_D4s_v5",
        os: "windows",
        allowedCidrs: ["203.0.113.0/24"],
        ...host,
      },
    ],
    switches: [{ name: "lan", mode: "nat-network", subnet: "192.168.20.0/24" }],
    guests: [{ name: "server", adapters: [{ switch: "lan" }] }],
  });
}

/** As many teams as that, more than have addresses in a room. */
function crowd(size: number, rest: object): LabPlan {
  const plan = room(1, rest);
  return {
    ...plan,
    teams: plan.teams.flatMap((team) =>
      Array.from({ length: size }, (_, index) => ({ ...team, id: `team-${index}` })),
    ),
  };
}

describe("pulls from Docker Hub", () => {
  test("ten teams in one room: of seven images and another team's each, only the latter is left", () => {
    const { byExercise, ...estimate } = pullsOf(room(10));
    expect(byExercise).toEqual([
      {
        exercise: "4-docker",
        images: ["hello-world:latest", "ubuntu:latest", "nginx:latest"],
        pulls: 0,
        unaided: 30,
        source: "manual L3003, L3045, L3186",
      },
      // ubuntu is there since 4-docker: alpine, and another team's image.
      {
        exercise: "5-image",
        images: ["ubuntu:latest", "alpine:latest"],
        pulls: 10,
        unaided: 20,
        source: "manual L3245, L3293, L3375",
      },
      { exercise: "6-php", images: ["php:apache"], pulls: 0, unaided: 10, source: "manual L3514" },
      {
        exercise: "6-wordpress",
        images: ["mariadb:latest", "wordpress:latest"],
        pulls: 0,
        unaided: 20,
        source: "manual L3675, L3690",
      },
    ]);
    expect(estimate).toEqual({
      pulls: 10,
      unaided: 80,
      limit: 100,
      ok: true,
      text: {
        en: "10 teams behind one address pull 10 images from Docker Hub, of 100 allowed in 6 hours; without preloaded images, mirror and class registry it would be 80",
        ja: "同じアドレスから接続する 10 チームの Docker Hub からのイメージ取得は 10 回（6 時間の上限は 100 回）。事前配布、ミラー、クラス用レジストリがなければ 80 回になります",
      },
    });
  });

  test.each<[number, object, number, number]>([
    // What the book names is preloaded, in either edition; another team's image is not.
    [100, { edition: "2019" }, 100, 800],
    [101, { edition: "2019" }, 101, 808],
    // A mirror pulls each once; other teams' images are as many as teams.
    [101, { edition: "2019", registry: { mirror: REGISTRY.mirror } }, 101, 808],
    [101, { edition: "2019", registry: { push: REGISTRY.push } }, 0, 808],
    [101, { edition: "2019", registry: REGISTRY }, 0, 808],
    [34, { registry: { push: REGISTRY.push } }, 0, 272],
    // Nobody else's image is there to pull.
    [1, {}, 0, 7],
    // 5-image alone has to pull ubuntu itself.
    [4, { exercises: ["5-image"] }, 4, 12],
    [4, { exercises: ["3b-nat", "6-php"] }, 0, 4],
    [4, { exercises: ["3b-nat"] }, 0, 0],
  ])("%i teams, %j: %i pulls, without help %i", (teams, rest, pulls, unaided) => {
    expect(pullsOf(crowd(teams, rest))).toMatchObject({ pulls, unaided, ok: pulls <= 100 });
  });

  test("a lab that lists no exercises is counted with all", () => {
    expect(pullsOf(planOf("lab", { teams: 10 }))).toEqual(pullsOf(room(10)));
  });

  test("one team and one image are told as one", () => {
    const estimate = pullsOf(room(1, { edition: "2019", exercises: ["6-php"] }));
    expect(estimate.text.en).toMatch(
      /^1 team behind one address pulls 0 images from Docker Hub, .* it would be 1$/,
    );
  });

  test("spare teams' labs pull nothing", () => {
    const plan = room(10);
    const teams = plan.teams.map((team, index) => (index < 4 ? { ...team, spare: true } : team));
    expect(pullsOf({ ...plan, teams })).toMatchObject({ pulls: 6, unaided: 48 });
  });

  test("past the limit there is a note that says what to set", () => {
    expect(pullsOf(crowd(100, { edition: "2019" }))).not.toHaveProperty("note");
    const text =
      "101 teams behind one address pull 101 images from Docker Hub, of 100 allowed in 6 hours; without preloaded images, mirror and class registry it would be 808";
    expect(pullsOf(crowd(101, { edition: "2019" })).note).toEqual({
      code: "docker-hub-pulls",
      where: "lab.registry",
      text: {
        en: `${text}; set registry.run with a mirror, or registry.mirror and registry.push.`,
        ja: "同じアドレスから接続する 101 チームの Docker Hub からのイメージ取得は 101 回（6 時間の上限は 100 回）。事前配布、ミラー、クラス用レジストリがなければ 808 回になります。registry.run に mirror を指定するか、registry.mirror と registry.push を設定してください。",
      },
      source: "https://docs.docker.com/docker-hub/usage/pulls/ (2026-11-23)",
    });
  });

  test("hosts with a public address each have the limit to themselves; behind one NAT gateway they share it", () => {
    expect(pullsOf(rented(5, {}))).toMatchObject({ pulls: 1, unaided: 8 });
    expect(pullsOf(rented(5, { bastion: true, allowedCidrs: [] }))).toMatchObject({ pulls: 5, unaided: 40 });
  });
});
