import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { drawPlan, renderMermaid, THEMES } from "../../course/picture";
import { layOut } from "../../course/picture/page";
import { type Box, type Point, SAMPLE, type Text } from "../../course/picture/scene";
import { portRanges, shapesOf } from "../../course/picture/shapes";
import { cleanText, widthOf, wrapText } from "../../course/picture/text";
import { COLOURS } from "../../course/picture/themes";
import { guestsOf, type LabPlan } from "../../course/plan";
import { calledTeams, devPlan, goodLabs, planOf, ROOT } from "./labs";

interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

/** A box or a text of a picture at its place on the whole of it. */
interface Placed extends Rectangle {
  readonly what: Box | Text;
  readonly inside: Placed[];
}

function place(box: Box, from: Point = { x: 0, y: 0 }, scale = 1): Placed {
  const [x, y] = [from.x + box.x * scale, from.y + box.y * scale];
  const inner = scale * (box.scale ?? 1);
  return {
    what: box,
    x,
    y,
    width: box.width * scale,
    height: box.height * scale,
    inside: [
      ...box.boxes.map((child) => place(child, { x, y }, inner)),
      ...box.texts
        .filter((text) => text.text !== "")
        .map((text) => ({
          what: text,
          x: x + text.x * inner,
          y: y + text.y * inner,
          width: text.width * inner,
          height: text.height * inner,
          inside: [],
        })),
    ],
  };
}

const ROUGH = 0.01;

function overlap(a: Rectangle, b: Rectangle): boolean {
  return (
    a.x + a.width > b.x + ROUGH &&
    b.x + b.width > a.x + ROUGH &&
    a.y + a.height > b.y + ROUGH &&
    b.y + b.height > a.y + ROUGH
  );
}

function holds(outer: Rectangle, inner: Rectangle): boolean {
  return (
    inner.x >= outer.x - ROUGH &&
    inner.y >= outer.y - ROUGH &&
    inner.x + inner.width <= outer.x + outer.width + ROUGH &&
    inner.y + inner.height <= outer.y + outer.height + ROUGH
  );
}

function nameOf({ what }: Placed): string {
  return "text" in what ? `"${what.text}"` : `${what.kind} ${what.title ?? ""}`;
}

/** Whatever leaves its box or lies over a neighbour, in words. */
function disorder(placed: Placed): string[] {
  const found = placed.inside.flatMap((child, index) => [
    ...(holds(placed, child) ? [] : [`${nameOf(child)} leaves ${nameOf(placed)}`]),
    ...placed.inside
      .slice(index + 1)
      .filter((other) => overlap(child, other))
      .map((other) => `${nameOf(child)} lies over ${nameOf(other)}`),
    ...disorder(child),
  ]);
  return found;
}

function all(box: Box): Box[] {
  return [box, ...box.boxes.flatMap(all)];
}

function textsOf(box: Box): string[] {
  return [...box.texts.map((text) => text.text), ...box.boxes.flatMap(textsOf)].filter((text) => text !== "");
}

/** The lines of a drawing that run through a guest or a switch. */
function wiresThroughBoxes(diagram: Box): string[] {
  const leaves: Placed[] = [];
  const collect = (placed: Placed) => {
    if ("kind" in placed.what && ["guest", "switch"].includes(placed.what.kind)) leaves.push(placed);
    else placed.inside.forEach(collect);
  };
  collect(place({ ...diagram, x: 0, y: 0, scale: 1 }));
  return diagram.lines.flatMap(({ points }) =>
    points.slice(1).flatMap((to, index) => {
      const from = points[index] ?? to;
      // Slanted lines would need another test than this one.
      if (from.x !== to.x && from.y !== to.y) return ["a slanted line"];
      const segment = {
        x: Math.min(from.x, to.x) - 0.5,
        y: Math.min(from.y, to.y) - 0.5,
        width: Math.abs(to.x - from.x) + 1,
        height: Math.abs(to.y - from.y) + 1,
      };
      return leaves
        .filter((leaf) =>
          overlap(segment, { x: leaf.x + 1, y: leaf.y + 1, width: leaf.width - 2, height: leaf.height - 2 }),
        )
        .map((leaf) => `a line runs through ${nameOf(leaf)}`);
    }),
  );
}

function diagramsOf(box: Box): Box[] {
  return all(box).filter(({ kind }) => kind === "diagram");
}

/** Every guest's name and every address of a plan. */
function namesAndAddresses(plan: LabPlan): string[] {
  return guestsOf(plan)
    .flatMap((guest) => [
      guest.name,
      ...guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter.address])),
    ])
    .sort();
}

function expectSound(plan: LabPlan, box: Box): void {
  expect(disorder(place(box))).toEqual([]);
  expect(diagramsOf(box).flatMap(wiresThroughBoxes)).toEqual([]);
  const wanted = namesAndAddresses(plan);
  expect(
    textsOf(box)
      .filter((text) => wanted.includes(text))
      .sort(),
  ).toEqual(wanted);
}

const course = (teams: unknown) =>
  planOf("cohort", {
    teams,
    guests: [
      {
        name: "ubuntu-test1",
        adapters: [{ switch: "lan" }],
        docker: [{ kind: "nginx-farm", count: 10 }, { kind: "nginx" }],
      },
      { name: "ubuntu-test2", adapters: [{ switch: "lan" }] },
    ],
  });

describe("the picture of the dev lab", () => {
  test("says just this", async () => {
    const { box, sheets } = await layOut(devPlan(), "en", false);
    expect(sheets).toBeUndefined();
    expect(textsOf(box).sort()).toEqual(
      [
        ...["Lab dev", "1 team · 2 guests · 1 host", "Who is reached from a guest"],
        ...["bridged", "classroom LAN: host, all teams, internet"],
        ...["this-machine", "containers", "team-01"],
        ...["lan", "bridged", "192.168.99.0/24", "gateway 192.168.99.1", "shared by all teams"],
        ...["ubuntu-test1", "2 CPUs · 4096 MiB", "lan", "192.168.99.99"],
        ...["nginx", ":8080", "nginx × 10", ":8001–8010", "PHP + Apache", ":8070", "WordPress", ":8060"],
        ...["ubuntu-test2", "2 CPUs · 4096 MiB", "lan", "192.168.99.98"],
      ].sort(),
    );
    expect(diagramsOf(box).flatMap(({ lines }) => lines.map(({ mode }) => mode))).toEqual([
      "bridged",
      "bridged",
    ]);
  });

  test("ports published on this machine stand beside those of the guest, in cards as well", async () => {
    const one = planOf("lab", { access: "published" }, { portsInUse: [8003] });
    const texts = textsOf((await layOut(one, "en", false)).box);
    for (const text of [":22 → 127.0.0.1:2201", ":8001–8002 → 127.0.0.1:8001–8002"])
      expect(texts.filter((candidate) => candidate === text)).toEqual([text]);
    expect(texts).toContain(":8003–8010 → 127.0.0.1:8004–8011");
    const many = planOf("lab", { access: "published", teams: 4 });
    const box = (await layOut(many, "en", false)).box;
    const [card] = all(box).filter(({ kind }) => kind === "card");
    expect(card && textsOf(card)).toEqual(
      expect.arrayContaining(["SSH :22 → 127.0.0.1:2203", "nginx × 10 :8001–8010 → 127.0.0.1:8011–8020"]),
    );
    expectSound(many, box);
  });

  test("is the same bytes each time, and another in each theme and language", async () => {
    const pictures: string[] = [];
    for (const theme of THEMES)
      for (const language of ["en", "ja"] as const) {
        const svg = await drawPlan(devPlan(), { theme, language });
        expect(await drawPlan(devPlan(), { theme, language })).toBe(svg);
        pictures.push(svg);
      }
    expect(new Set(pictures).size).toBe(6);
  });

  test("tells those who do not see it who has which address", async () => {
    const svg = await drawPlan(devPlan(), { theme: "light", language: "en" });
    expect(svg).toContain('role="img" aria-labelledby="picture-dev-title"');
    expect(svg).toContain('<title id="picture-dev-title">Lab dev</title>');
    expect(/<desc id="picture-dev-description">(.*)<\/desc>/.exec(svg)?.[1]).toBe(
      "1 team · 2 guests · 1 host. team-01: ubuntu-test1, lan (bridged) 192.168.99.99, nginx :8080, nginx × 10 :8001–8010, PHP + Apache :8070, WordPress :8060; ubuntu-test2, lan (bridged) 192.168.99.98.",
    );
  });
});

describe("pictures of many teams", () => {
  test("teams and their guests stand in their order from top to bottom", async () => {
    const names = ["c", "a", "b"];
    const plan = planOf("lab", {
      teams: ["team-03", "team-01", "team-02"],
      guests: names.map((name) => ({ name, adapters: [{ switch: "lan" }] })),
    });
    const { box } = await layOut(plan, "en", false);
    const [diagram] = diagramsOf(box);
    const downwards = (boxes: readonly Box[], kind: Box["kind"]) =>
      boxes.filter((entry) => entry.kind === kind).sort((a, b) => a.y - b.y);
    const teams = downwards(diagram?.boxes ?? [], "team");
    expect(teams.map(({ title }) => title)).toEqual(["team-03", "team-01", "team-02"]);
    for (const team of teams) expect(downwards(team.boxes, "guest").map(({ title }) => title)).toEqual(names);
  });

  test.each([
    ["3 teams are each drawn in detail", 3, 3, 0],
    ["of 4, one is, and the others are cards", 4, 1, 3],
    ["of 30, one is", 30, 1, 29],
  ])("%s", async (_name, teams, detailed, cards) => {
    const plan = course(teams);
    const { box } = await layOut(plan, "ja", false);
    const count = (kind: Box["kind"]) => all(box).filter((candidate) => candidate.kind === kind).length;
    expect([count("team"), count("card")]).toEqual([detailed, cards]);
    expectSound(plan, box);
  });

  test("teams built in another way have a drawing of their own", async () => {
    const plan = course(6);
    const teams = plan.teams.map((team, index) =>
      index < 4 ? team : { ...team, guests: team.guests.slice(0, 1) },
    );
    const mixed = { ...plan, teams };
    expect(shapesOf(mixed).map(({ model, others }) => [model.id, others.map(({ id }) => id)])).toEqual([
      ["team-01", ["team-02", "team-03", "team-04"]],
      ["team-05", ["team-06"]],
    ]);
    const { box } = await layOut(mixed, "en", false);
    expect(textsOf(box)).toEqual(
      expect.arrayContaining([
        "Built like team-01; other values are:",
        "Built like team-05; other values are:",
      ]),
    );
    expectSound(mixed, box);
  });

  test("teams stand in the box of their host, which is named once and has its kind", async () => {
    const plan = course(6);
    const [host] = plan.hosts;
    if (!host) throw new Error("a plan has a host");
    const names = ["pc-01", "pc-02", "pc-03"];
    const several: LabPlan = {
      ...plan,
      hosts: names.map((name) => ({ ...host, name })),
      switches: plan.switches.map((entry) => ({ ...entry, host: "pc-01" })),
      teams: plan.teams.map((team, index) => ({ ...team, host: names[index % 3] ?? "" })),
    };
    const { box } = await layOut(several, "en", false);
    const hosts = all(box).filter(({ kind }) => kind === "host");
    expect(
      hosts.map((entry) => [
        entry.title,
        all(entry).flatMap(({ kind, title }) => (kind === "team" || kind === "card" ? [title] : [])),
      ]),
    ).toEqual([
      ["pc-01", ["team-01", "team-04"]],
      ["pc-02", ["team-02", "team-05"]],
      ["pc-03", ["team-03", "team-06"]],
    ]);
    expect(textsOf(box).filter((text) => text === "this machine · containers")).toHaveLength(3);
    expectSound(several, box);
  });

  test("labs that stand by are marked in words and by their frame, and teams say where they stand", async () => {
    const plan = course(5);
    const teams = plan.teams.map((team, index): LabPlan["teams"][number] => ({
      ...team,
      status: { at: index === 0 ? "solved" : "start", exercise: "4-docker" },
      spare: index === 4,
    }));
    const { box } = await layOut({ ...plan, teams }, "en", false);
    const spare = all(box).filter((candidate) => candidate.spare);
    expect(spare.map((candidate) => textsOf(candidate).includes("spare"))).toEqual([true]);
    const texts = textsOf(box);
    expect(texts.filter((text) => text === "spare")).toHaveLength(1);
    expect(texts.filter((text) => text === "start of 4-docker")).toHaveLength(4);
    expect(texts).toEqual(
      expect.arrayContaining(["4-docker solved", "4 teams · 1 spare · 10 guests · 1 host"]),
    );
  });

  test("on paper no sheet cuts a box, and each says which it is", async () => {
    const plan = course(30);
    const { box, sheets } = await layOut(plan, "en", true);
    expect(sheets).toBe(2);
    expect(box.boxes.map(({ kind, y, height }) => [kind, y, height])).toEqual([
      ["sheet", 0, 718],
      ["sheet", 718, 718],
    ]);
    expect(textsOf(box)).toEqual(
      expect.arrayContaining([
        "30 teams · 60 guests · 1 host · page 1 of 2",
        "Lab cohort · page 2 of 2",
        "this-machine (continued)",
      ]),
    );
    expectSound(plan, box);
  });
});

/** Text of any kind, what is no valid text among it. */
const anyText = fc.oneof(
  fc.string({ minLength: 1, unit: "binary" }),
  fc.string({ minLength: 1, maxLength: 300 }),
  fc.constantFrom(
    "1班",
    "\ud800",
    "</text><script>",
    '"]%%{init: {}}%%',
    "長".repeat(200),
    "👩‍👩‍👧‍👦",
    "\u202eabc",
  ),
);

const labelled = fc
  .tuple(goodLabs, fc.array(anyText, { minLength: 6, maxLength: 6 }))
  .map(([lab, labels]) => calledTeams(lab, labels));

test("whatever the lab and its labels: nothing overlaps, nothing leaves its box, every address stands there once", async () => {
  await fc.assert(
    fc.asyncProperty(labelled, fc.boolean(), fc.constantFrom("en", "ja"), async (plan, paper, language) => {
      const { box } = await layOut(plan, language, paper);
      // A label may be the name of a guest, or an address.
      expectSound(plan, withoutNames(box));
      expect(disorder(place(box))).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 120_000);

/** A picture without teams' labels. */
function withoutNames(box: Box): Box {
  const labels = box.kind === "team" || box.kind === "card" ? new Set([13, 15]) : new Set<number>();
  return {
    ...box,
    texts: box.texts.filter((text) => !labels.has(text.size)),
    boxes: box.boxes.map(withoutNames),
  };
}

test("a text of the configuration is a text in the picture, whatever is in it", async () => {
  const label = `</text><script>alert("1")</script>&amp;\u0000\n'`;
  const plan = calledTeams({}, [label]);
  const svg = await drawPlan(plan, { theme: "light", language: "en" });
  expect(svg).not.toContain("<script");
  expect(svg).toContain(
    "&#60;/text&#62;&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;amp; &#39; (team-01)",
  );
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const any = await drawPlan(calledTeams({}, [text]), {
        theme: "print",
        language: "ja",
      });
      // Nothing but tabs and line ends of all controls (https://www.w3.org/TR/xml/#charsets), and no half of a pair.
      expect(any).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      expect(any.match(/<(?!\/?(svg|title|desc|rect|g|path|text)[ />])/g)).toBeNull();
    }),
    { numRuns: 60 },
  );
});

test("texts are cleaned, measured and broken", () => {
  expect(cleanText(" a\tb\u2028c\u0007\ud800\u202ed\uffff ")).toBe("a b c \ufffdd\ufffd");
  expect(widthOf("漢字", 10)).toBe(20);
  expect(widthOf("aaaa", 100)).toBe(253);
  expect(widthOf("aaaa", 100, true)).toBeGreaterThan(253);
  expect(wrapText("one two three", 60, 12)).toEqual(["one two", "three"]);
  expect(wrapText("長い名前の班です", 36, 12)).toEqual(["長い名", "前の班", "です"]);
  expect(wrapText("長い名前の班ですから", 36, 12)).toEqual(["長い名", "前の班", "で…"]);
});

test("a label that is cut leaves the team's id whole", async () => {
  const teams = Array.from({ length: 4 }, (_, index) => ({
    id: `team-0${index + 1}`,
    label: "W".repeat(200),
  }));
  const { box } = await layOut(course(teams), "en", false);
  const texts = textsOf(box);
  for (const { id } of teams) expect(texts.filter((text) => text === id)).toEqual([id]);
  expect(
    all(box).filter(({ kind, title }) => kind === "card" && title?.includes("W".repeat(200))),
  ).toHaveLength(3);
});

test("ports in a row are written as a range, with where they are published", () => {
  const at = (guestPort: number, hostPort?: number) => ({ guestPort, hostPort });
  expect(portRanges([at(8001), at(8002), at(8004)])).toEqual([{ guest: "8001–8002" }, { guest: "8004" }]);
  expect(portRanges([at(1, 11), at(2, 12), at(3, 14)])).toEqual([
    { guest: "1–2", host: "11–12" },
    { guest: "3", host: "14" },
  ]);
  expect(portRanges([])).toEqual([]);
});

/** Contrast of two colours (WCAG 2.2, "contrast ratio"). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

test.each(THEMES)("texts and lines stand out in %s", (theme) => {
  const { background, text, muted, boxes, modes } = COLOURS[theme];
  for (const behind of [background, ...Object.values(boxes).map(({ fill }) => fill)]) {
    expect(contrast(text, behind)).toBeGreaterThan(7);
    expect(contrast(muted, behind)).toBeGreaterThan(4.5);
    for (const line of Object.values(modes)) expect(contrast(line, behind)).toBeGreaterThan(3);
  }
});

test("a sample of a mode's line has room before its text", async () => {
  const { box } = await layOut(devPlan(), "en", false);
  const samples = all(box).flatMap(({ texts }) => texts.filter(({ sample }) => sample === "bridged"));
  expect(samples.map(({ text }) => text)).toEqual(["bridged", "lan", "lan"]);
  for (const { text, size, bold, width } of samples)
    expect(width).toBe(widthOf(text, size, bold) + SAMPLE.room);
});

describe("Mermaid", () => {
  test("README shows what the dev lab is", () => {
    const shown = /```mermaid\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1];
    expect(shown).toBe(renderMermaid(devPlan()));
  });

  test("a lab of many teams is one team in detail and a node for each other", () => {
    expect(
      renderMermaid(
        planOf("lab", {
          teams: 4,
          switches: [
            { name: "lan", mode: "bridged" },
            { name: "in", mode: "internal" },
          ],
          guests: [
            { name: "end", adapters: [{ switch: "lan" }, { switch: "in" }, { mode: "disabled" }] },
            { name: "b" },
          ],
        }),
      ).split("\n"),
    ).toEqual([
      "flowchart LR",
      '  subgraph host1 ["this-machine, containers"]',
      "    direction LR",
      '    switch1("lan<br/>bridged<br/>192.168.99.0/24")',
      '    subgraph team1 ["team-01"]',
      "      direction LR",
      '      switch2("in<br/>internal<br/>192.168.100.0/24")',
      '      team1g1["end<br/>192.168.99.10<br/>192.168.100.10<br/>adapter 3: not connected"]',
      '      team1g2["b<br/>no adapter"]',
      "    end",
      '    team2["team-02<br/>end 192.168.99.100 192.168.101.10 adapter 3: not connected<br/>b no adapter"]',
      '    team3["team-03<br/>end 192.168.99.104 192.168.102.10 adapter 3: not connected<br/>b no adapter"]',
      '    team4["team-04<br/>end 192.168.99.108 192.168.103.10 adapter 3: not connected<br/>b no adapter"]',
      "  end",
      "  switch1 --- team1g1",
      "  switch2 --- team1g1",
      "  switch1 --- team2",
      "  switch1 --- team3",
      "  switch1 --- team4",
      "",
    ]);
  });

  test("nothing of the configuration is more than text", () => {
    const label = '[^"<>`%{}\\[\\];\\n]|#\\d+;|<br/>';
    const line = new RegExp(
      `^(flowchart LR| *(direction (LR|TB)|end|subgraph \\w+ \\["(${label})*"\\]|\\w+(\\["(${label})*"\\]|\\("(${label})*"\\))|\\w+ --- \\w+))$`,
      "u",
    );
    fc.assert(
      fc.property(labelled, (plan) => {
        const lines = renderMermaid(plan).trimEnd().split("\n");
        expect(lines.filter((candidate) => !line.test(candidate))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
