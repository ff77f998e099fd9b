import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { drawPlan, type Theme } from "../../course/picture";
import type { LabPlan } from "../../course/plan";
import { calledTeams } from "../unit/labs";

// Pictures in a real browser, with its own fonts and its own measure of texts.
const skip = process.env.CLASSLAB_TEST_SKIP?.includes("browser") === true && !process.env.CI;
const suite = skip ? describe.skip : describe;

/** A class with a guest on every kind of switch; labels as people write them, and as nobody should. */
function classOf(teams: number): LabPlan {
  const labels = [
    "1班",
    "第二会議室の皆さん".repeat(8),
    '</text><script>"&',
    "👩‍👩‍👧‍👦 ﷽ عربى",
    "W".repeat(90),
    "\ud800\u0007x",
  ];
  const named = Array.from({ length: teams }, (_, index) => labels[index] ?? `${index + 1}班`);
  const lab = {
    teams,
    switches: ["bridged", "nat-network", "nat", "host-only", "internal"].map((mode) => ({
      name: mode === "bridged" ? "lan" : mode,
      mode,
    })),
    guests: [
      {
        name: "ubuntu-test1",
        adapters: [{ switch: "lan" }, { switch: "nat-network" }, { switch: "nat" }],
        docker: [
          { kind: "nginx" },
          { kind: "nginx-farm", count: 10 },
          { kind: "php-apache" },
          { kind: "wordpress" },
        ],
      },
      { name: "inside", adapters: [{ switch: "host-only" }, { switch: "internal" }, { mode: "disabled" }] },
    ],
  };
  return calledTeams(lab, named, "kyoto");
}

/** What leaves its frame or lies over another text, as the browser draws it. */
const DISORDER = `(() => {
  const found = [];
  const box = (element) => element.getBoundingClientRect();
  const inside = (inner, outer) => inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5 &&
    inner.top >= outer.top - 0.5 && inner.bottom <= outer.bottom + 0.5;
  const texts = [...document.querySelectorAll("svg text")];
  for (const text of texts) {
    let group = text.parentElement;
    while (group.localName === "g" && !group.querySelector(":scope > rect")) group = group.parentElement;
    const frame = group.localName === "g" ? group.querySelector(":scope > rect") : group;
    if (!inside(box(text), box(frame))) found.push(text.textContent + " leaves its " + group.dataset.kind);
  }
  const at = texts.map(box);
  for (let a = 0; a < at.length; a += 1)
    for (let b = a + 1; b < at.length; b += 1)
      if (at[a].right > at[b].left + 0.5 && at[b].right > at[a].left + 0.5 &&
          at[a].bottom > at[b].top + 0.5 && at[b].bottom > at[a].top + 0.5)
        found.push(texts[a].textContent + " lies over " + texts[b].textContent);
  const svg = box(document.querySelector("svg"));
  for (const frame of document.querySelectorAll("svg rect"))
    if (!inside(box(frame), svg)) found.push(frame.parentElement.dataset.kind + " leaves the picture");
  return { found, texts: texts.length };
})()`;

suite("pictures in a browser", () => {
  const kept = process.env.CLASSLAB_SCREENSHOTS;
  const folder = kept ?? mkdtempSync(join(tmpdir(), "classlab-picture-"));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CLASSLAB_CHROMIUM ?? "/usr/bin/chromium",
      // A container's user is root, for whom Chromium has no sandbox; what is opened is our own picture.
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    if (!kept) rmSync(folder, { recursive: true, force: true });
  });

  const themes: readonly Theme[] = ["light", "dark", "print"];
  const cases = [1, 6, 30].flatMap((teams) =>
    themes.flatMap((theme) => (["en", "ja"] as const).map((language) => [teams, theme, language] as const)),
  );

  test.each(cases)(
    "%i teams, %s, in %s: no text leaves its frame, none lies over another",
    async (teams, theme, language) => {
      const svg = await drawPlan(classOf(teams), { theme, language });
      const page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
      const said: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(error.message));
      page.on("request", (request) => said.push(request.url()));
      await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
      const measured: { found: string[]; texts: number } = await page.evaluate(DISORDER);
      expect(measured.found).toEqual([]);
      expect(measured.texts).toBeGreaterThan(30);
      const strict: string = await page.evaluate(
        `new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml").documentElement.nodeName`,
      );
      expect(strict).toBe("svg");
      const picture = join(folder, `picture-${teams}-${theme}-${language}.png`);
      await page.locator("svg").screenshot({ path: picture });
      expect(statSync(picture).size).toBeGreaterThan(10_000);
      expect(said).toEqual([]);
      await page.close();
    },
  );

  test("on A4 each sheet is a page, and no page is empty", async () => {
    const svg = await drawPlan(classOf(30), { theme: "print", language: "ja" });
    const sheets = svg.match(/data-kind="sheet"/g)?.length;
    const page = await browser.newPage();
    await page.setContent(
      `<style>@page { size: A4 landscape; margin: 10mm } body { margin: 0 } svg { display: block }</style>${svg}`,
    );
    const pdf = await page.pdf({ path: join(folder, "picture-30.pdf"), preferCSSPageSize: true });
    expect(pdf.toString("latin1").match(/\/Type ?\/Page\b/g)).toHaveLength(sheets ?? 0);
    expect(sheets).toBeGreaterThan(1);
    await page.close();
  });
});
