import { homedir } from "node:os";
import { stackFiles } from "../../../operations/recovery/fileBackend";

test("the layout of the engine's file backend", () => {
  expect(stackFiles("lab-site", "file:///srv/labs")).toEqual({
    state: "/srv/labs/.pulumi/stacks/classlab/lab-site.json",
    backup: "/srv/labs/.pulumi/stacks/classlab/lab-site.json.bak",
    backups: "/srv/labs/.pulumi/backups/classlab/lab-site",
    locks: "/srv/labs/.pulumi/locks/organization/classlab/lab-site",
  });
});

test.each([
  ["file:///srv/my%20labs", "/srv/my labs/.pulumi/"],
  ["file:///srv/labs/", "/srv/labs/.pulumi/"],
  ["file:///srv/my labs", "/srv/my labs/.pulumi/"],
  ["file:///srv/100%", "/srv/100%/.pulumi/"],
  ["file://~/labs", `${homedir()}/labs/.pulumi/`],
  ["file://~", `${homedir()}/.pulumi/`],
  ["file:///srv/labs?no_tmp_dir=true", "/srv/labs/.pulumi/"],
])("%s is a folder", (url, root) => {
  expect(stackFiles("lab", url)?.state).toBe(`${root}stacks/classlab/lab.json`);
});

test.each([
  ["https://api.pulumi.com"],
  ["s3://bucket"],
  [""],
  ["file://./labs"],
  ["file://~other/labs"],
  ["/srv/labs"],
])("%j mends itself, or cannot be told to be a folder", (url) => {
  expect(stackFiles("lab", url)).toBeUndefined();
});

test("without an address the environment's is taken", () => {
  const before = process.env.PULUMI_BACKEND_URL;
  try {
    process.env.PULUMI_BACKEND_URL = "file:///srv/elsewhere";
    expect(stackFiles("lab")?.state).toMatch(/^\/srv\/elsewhere\//);
    delete process.env.PULUMI_BACKEND_URL;
    expect(stackFiles("lab")).toBeUndefined();
  } finally {
    if (before !== undefined) process.env.PULUMI_BACKEND_URL = before;
  }
});
