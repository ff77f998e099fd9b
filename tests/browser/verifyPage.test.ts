import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { renderVerifyPage } from "../../cli/verify/html";
import { LANGUAGES, TEXTS } from "../../cli/verify/texts";
import { redReport, reportOf } from "../support/verifyReports";

// The page of verify in a real browser, as an instructor's screen and as a telephone show it.
const skip = process.env.CLASSLAB_TEST_SKIP?.includes("browser") === true && !process.env.CI;
const suite = skip ? describe.skip : describe;

const WIDTHS = [1280, 390] as const;

suite("the page of verify", () => {
  const kept = process.env.CLASSLAB_SCREENSHOTS;
  const folder = kept ?? mkdtempSync(join(tmpdir(), "classlab-page-"));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CLASSLAB_CHROMIUM ?? "/usr/bin/chromium",
      // A container's user is root, for whom Chromium has no sandbox; what is opened is our own page.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    if (!kept) rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page's text as a file; anything that it asks for or complains of is told. */
  async function open(name: string, text: string, width: number): Promise<{ page: Page; said: string[] }> {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, text);
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:") || !request.url().endsWith(".html")) said.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    return { page, said };
  }

  const cases = LANGUAGES.flatMap((language) => WIDTHS.map((width) => [language, width] as const));

  test.each(cases)(
    "in %s at %i pixels: everything red is seen, and nothing overflows or is loaded",
    async (language, width) => {
      const report = redReport();
      const name = `${language}-${width}`;
      const { page, said } = await open(name, renderVerifyPage(report, language), width);
      const texts = TEXTS[language];
      expect(await page.locator(".result").innerText()).toContain(texts.green(1, 3));
      for (const cause of ["guest-not-running", "leak"] as const)
        expect(await page.getByText(texts.cause[cause].next).first().isVisible()).toBe(true);
      for (const row of report.rows.filter((entry) => entry.outcome !== "as-expected"))
        expect(await page.locator(".cause").getByText(row.measured).first().isVisible()).toBe(true);
      expect(await page.locator("svg").first().isVisible()).toBe(true);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      const picture = join(folder, `${name}.png`);
      await page.screenshot({ path: picture, fullPage: true });
      expect(statSync(picture).size).toBeGreaterThan(20_000);
      expect(said).toEqual([]);
      await page.close();
    },
  );

  test.each(["light", "dark"] as const)("it is accessible in %s", async (colorScheme) => {
    // The tool is put into the page from outside, past the page's own policy.
    const context = await browser.newContext({ bypassCSP: true, colorScheme });
    const page = await context.newPage();
    for (const language of LANGUAGES) {
      await page.setContent(renderVerifyPage(redReport(), language));
      await page.evaluate(axe.source);
      const found: { violations: { id: string; impact: string; nodes: { html: string }[] }[] } =
        await page.evaluate("axe.run()");
      expect(found.violations.map(({ id, impact, nodes }) => [id, impact, nodes[0]?.html])).toEqual([]);
    }
    await context.close();
  });

  test("a class that is green says so large, and keeps the rest folded", async () => {
    const text = renderVerifyPage(reportOf([{ id: "team-01" }, { id: "team-02" }]), "en");
    const { page, said } = await open("green", text, 1280);
    expect(await page.locator(".result").innerText()).toBe("2 of 2 teams green");
    expect(await page.locator("table").first().isVisible()).toBe(false);
    await page.screenshot({ path: join(folder, "green.png"), fullPage: true });
    expect(said).toEqual([]);
    await page.close();
  });
});
