import { spawnSync } from "node:child_process";
import { renderSite, renderSiteSettings } from "../../components/hypervisors/libvirt/siteScript";
import { siteSettingsOf } from "../../course/siteSettings";
import { guestOf, libvirtPlan } from "./libvirtLab";
import { SHELLS } from "./shell";

// What of it the containers' script has too is tried in siteScript.test.ts. What these tests do not prove: that systemd and Docker do
// what they are told.
const PLAN = libvirtPlan({
  site: {
    network: {
      dns: ["192.0.2.53"],
      ntp: ["ntp.room.example"],
      proxy: { http: "http://proxy.room.example:3128" },
    },
  },
  registry: { mirror: "https://mirror.room.example:5000" },
});
const SITE = siteSettingsOf(PLAN);
if (!SITE) throw new Error("the room has settings");
const script = renderSiteSettings(SITE);

test("files of a machine with systemd and PAM: none that only a container needs, no resolver", () => {
  const files = [...script.matchAll(/(?:^|; then )file '([^']*)'/gm)].map(([, path]) => path);
  expect(files).toEqual([
    "/etc/apt/apt.conf.d/95classlab-site",
    "/etc/profile.d/classlab-site.sh",
    "/etc/sudoers.d/80-classlab-site",
    "/etc/docker/daemon.json",
    "/etc/systemd/timesyncd.conf.d/classlab-site.conf",
    "/etc/chrony/sources.d/classlab-site.sources",
    "/etc/systemd/system/docker.service.d/classlab-site.conf",
  ]);
  expect(script).not.toMatch(/^resolver /m);
});

test("the engine is started anew by systemd, which has read its environment before", () => {
  const [, anew = ""] = script.split("is_read engine");
  expect(anew.indexOf("systemctl daemon-reload")).toBeLessThan(anew.indexOf("restart_engine"));
  expect(script).toContain("systemctl restart --no-block docker");
  // One that ended well systemd leaves ended.
  expect(script).not.toContain("kill -TERM");
});

test("over the guest's channel; a guest that does not run has nothing to be removed", () => {
  const text = renderSite(guestOf(PLAN, "plain"), "lab", SITE);
  expect(text).toContain("guest='lab-team-01-plain'\n");
  expect(text).toMatch(/^ssh .* root@lab-team-01-plain sh -s -- "\$1" <<'SETTINGS'$/m);
  expect(text).toContain('among "$guest" "$running" || exit 0');
});

test.each(SHELLS)("%s reads it", (shell) => {
  for (const text of [script, renderSite(guestOf(PLAN, "plain"), "lab", SITE)]) {
    const { status, stderr } = spawnSync(shell, ["-n"], { input: text, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  }
});
