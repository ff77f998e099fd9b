import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../support/cli";

// A page that leads nowhere is worse than none.
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: ROOT, encoding: "utf8" })
  .split("\n")
  .filter(Boolean);

/** What a page leads to in the checkout: link targets without their anchors, but for those on the web. */
function targets(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) =>
    /^(?:[a-z]+:|#)/.test(target) ? [] : (target.split("#")[0] ?? ""),
  );
}

test("pages are found, and lead somewhere", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/staff.md", "docs/learner.ja.md"]));
  expect(targets(readFileSync(join(ROOT, "README.md"), "utf8"))).toContain("docs/staff.md");
});

test.each(pages)("every link of %s leads to a file", (page) => {
  const dead = targets(readFileSync(join(ROOT, page), "utf8")).filter(
    (target) => !existsSync(join(ROOT, dirname(page), target)),
  );
  expect(dead).toEqual([]);
});
