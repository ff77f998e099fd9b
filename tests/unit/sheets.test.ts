import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PLAN_WORDS } from "../../cli/plan/words";
import { TEXTS } from "../../cli/verify/texts";
import { EDITIONS } from "../../course/config";
import { EXERCISE_IDS } from "../../course/exercises";
import { COURSE_IMAGES } from "../../course/images";
import { LANGUAGES } from "../../course/languages";
import { renderSheet, SHEET_ENTRIES, type SheetEntry } from "../../course/sheets";
import { renderSupport } from "../../course/support/page";
import { renderVagrantfile, VAGRANT_BOXES } from "../../course/vagrantfile";
import { planOf, ROOT } from "./labs";

const FOLDER = join(ROOT, "docs/sheets");
const pages = EDITIONS.flatMap((edition) => LANGUAGES.map((language) => ({ edition, language })));

/** The code that an entry says to type in an edition. */
function codeOf(entry: SheetEntry, edition: (typeof EDITIONS)[number], as: string): string[] {
  const answer = entry.type[edition];
  if (!("code" in answer) || answer.as !== as) return [];
  return typeof answer.code === "string" ? [answer.code] : [answer.code.en, answer.code.ja];
}

const codes = (as: string) =>
  EDITIONS.flatMap((edition) =>
    SHEET_ENTRIES.flatMap((entry) =>
      codeOf(entry, edition, as).map((code) => ({ edition, manual: entry.manual, code })),
    ),
  );

/** 本 as a word of its own, not in 日本 or 基本; text files and editors are no book. */
const OTHER_WORDS = /(?<![日基根見資標台数手])本(?![人体番質語当日])|テキスト(?!エディタ|ファイル)/;

test("Japanese pages call the printed manual マニュアル, and nothing else", () => {
  const pages = [
    ...EDITIONS.map((edition) => renderSheet("all", edition, "ja")),
    renderSupport(),
    JSON.stringify([TEXTS.ja, PLAN_WORDS.ja]),
  ];
  for (const page of pages) expect(OTHER_WORDS.exec(page)?.[0]).toBeUndefined();
  expect(pages[0]).toContain("マニュアルのとおり。");
  expect("本のとおり").toMatch(OTHER_WORDS);
  expect("日本語のテキストファイル").not.toMatch(OTHER_WORDS);
});

test.each(pages)("docs/sheets/$edition.$language.md is what the code says; else: npm run docs", (page) => {
  expect(readFileSync(join(FOLDER, `${page.edition}.${page.language}.md`), "utf8")).toBe(
    renderSheet("all", page.edition, page.language),
  );
});

test("no other page lies beside them", () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    pages.map(({ edition, language }) => `${edition}.${language}.md`).sort(),
  );
});

test.each(pages)("the sheet of one exercise is its part of the whole: $edition, $language", (page) => {
  const whole = renderSheet("all", page.edition, page.language);
  expect([...whole.matchAll(/^## ([\w-]+):/gm)].map(([, id]) => id)).toEqual(EXERCISE_IDS);
  for (const id of EXERCISE_IDS) {
    const one = renderSheet(id, page.edition, page.language);
    const headings = [...one.matchAll(/^## (.*)$/gm)];
    expect(headings).toHaveLength(2);
    const part = one.slice(one.indexOf(`## ${id}:`)).trimEnd();
    expect(whole).toContain(part);
  }
});

test("each line names the book's own, both languages, why and where it is said", () => {
  for (const { manual, book, type, why, source } of SHEET_ENTRIES) {
    expect(manual).toMatch(/^L\d+(–\d+)?(, L\d+(–\d+)?)*$/);
    expect(book.trim()).toBe(book);
    expect(book).not.toMatch(/[`\n]/);
    expect(source.length).toBeGreaterThan(5);
    for (const edition of EDITIONS) {
      const answer = type[edition];
      for (const text of [why[edition], ...("words" in answer ? [answer.words] : [])]) {
        expect(text.en).toMatch(/[a-z]|\\/);
        expect(text.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]|^<https/);
      }
      expect(why[edition].ja).toMatch(/。$/);
      expect(why[edition].en).toMatch(/^[A-Z¥].*\.$/);
    }
  }
});

test.each(codes("sh"))("$edition $manual: a shell reads it", ({ code }) => {
  const read = spawnSync("sh", ["-n"], { input: code, encoding: "utf8" });
  expect({ code: read.status, text: read.stderr }).toEqual({ code: 0, text: "" });
});

test("no command has the sign that the book prints for a backslash, or a prompt", () => {
  for (const as of ["sh", "yaml", "dockerfile", "ruby", "powershell"])
    for (const { code } of codes(as)) expect(code).not.toMatch(/¥|^\$ /m);
});

test("what the current edition runs is prepared in each guest, but for what says that it is not", () => {
  const named = SHEET_ENTRIES.flatMap((entry) => [
    ...codeOf(entry, "current", "sh").flatMap((code) =>
      [...code.matchAll(/docker run [^\n;]*?([\w:-]+)(?:;|$)/gm)].map(([, image]) => image),
    ),
    ...codeOf(entry, "current", "dockerfile").flatMap((code) =>
      [...code.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image),
    ),
    ...codeOf(entry, "current", "yaml").flatMap((code) =>
      [...code.matchAll(/image: (\S+)/g)].map(([, image]) => image),
    ),
  ]);
  expect(named).toEqual(["nginx", "nginx", "alpine", "php:apache", "php:apache", "mariadb", "wordpress"]);
  const tags: readonly string[] = COURSE_IMAGES.flatMap((image) => [...image.tags]);
  for (const image of named) expect(tags).toContain(image?.includes(":") ? image : `${image}:latest`);
});

test("the compose file of the current edition is one that Compose v2 reads: services, and no key that ended", () => {
  const [file] = codes("yaml")
    .map(({ code }) => parse(code))
    .filter((document) => "services" in document);
  expect(Object.keys(file)).toEqual(["services"]);
  expect(Object.keys(file.services)).toEqual(["db", "wordpress"]);
  expect(file.services.wordpress).toMatchObject({ image: "wordpress", ports: ["8060:80"] });
  expect(file.services.wordpress).not.toHaveProperty("links");
  expect(file.services.db).not.toHaveProperty("ports");
});

test("what the manual has and is past its end is in the current sheet", () => {
  const sheet = renderSheet("all", "current", "ja");
  for (const old of [
    "¥",
    "apt-key",
    "docker-compose up -d",
    "MAINTAINER",
    "php:7.0-apache",
    "mysql:5.7",
    "ubuntu-ja-16.04-desktop-amd64.iso",
    "VirtualBox 6.0.8",
    "generic/ubuntu1604",
    "virtualbox-guest-dkms",
  ])
    expect(sheet).toContain(old);
});

describe("Vagrantfile", () => {
  const plan = (edition: string) =>
    planOf("class", { edition, target: "hyperv", teams: 2, state: { exercise: "vagrant", at: "start" } });

  test("the manual's values, with names of the team's own", () => {
    const { teams, ...lab } = plan("2019");
    expect(teams.map((team) => team.guests)).toEqual([[], []]);
    expect(teams.map((team) => renderVagrantfile(lab, team))[1]).toBe(`Vagrant.configure("2") do |config|
  config.vm.box = "generic/ubuntu1604"
  config.vm.hostname = "team-02"
  config.vm.provider "hyperv" do |h|
    h.vmname = "class-team-02-vagrant"
    h.cpus = 2
    h.maxmemory = 4096
    h.enable_virtualization_extensions = true
  end
end
`);
  });

  test("the current edition has a supported box, and no other difference", () => {
    const [now, then] = EDITIONS.map((edition) => {
      const lab = plan(edition);
      const [team] = lab.teams;
      if (!team) throw new Error("the lab has teams");
      return renderVagrantfile(lab, team).replace(VAGRANT_BOXES[edition], "BOX");
    });
    expect(now).toBe(then);
    expect(VAGRANT_BOXES.current).not.toBe(VAGRANT_BOXES["2019"]);
  });

  test("every block that is opened is closed; Ruby reads it where there is one", () => {
    const text = renderVagrantfile({ lab: "class", edition: "current" }, { id: "team-01" });
    expect(text.match(/ do \|/g)).toHaveLength(2);
    expect(text.match(/^ *end$/gm)).toHaveLength(2);
    expect((text.match(/"/g) ?? []).length % 2).toBe(0);
    const ruby = spawnSync("ruby", ["-c"], { input: text, encoding: "utf8" });
    if (ruby.error === undefined) expect(ruby.stdout).toBe("Syntax OK\n");
  });
});
