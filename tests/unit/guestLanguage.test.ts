import { lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { renderLanguage } from "../../components/hypervisors/containers/guestLanguage";
import { FakeShell, SHELLS } from "./shell";

const JA = { locale: "ja_JP.UTF-8", keyboard: "jp", timeZone: "Asia/Tokyo" };
const DE = { locale: "de_DE.UTF-8", keyboard: "de", timeZone: "Europe/Berlin" };

let fake: FakeShell;
beforeEach(() => {
  fake = new FakeShell("exit 9\n");
  fake.write("root/etc/classlab/made", "");
});
afterEach(() => FakeShell.disposeAll());

describe.each(SHELLS)("under %s", (shell) => {
  const set = (guest: typeof JA) => {
    const run = fake.run(shell, renderLanguage(guest));
    expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    return run.calls;
  };
  const zone = () => readlinkSync(join(fake.folder, "root/etc/localtime")).replace(/^.*zoneinfo\//, "");

  test("a guest that has the data: time zone, locale and keyboard", () => {
    fake.write("locales", "ja_JP.utf8\n");
    fake.write("root/usr/share/zoneinfo/Asia/Tokyo", "");
    expect(set(JA)).toEqual([]);
    expect(zone()).toBe("Asia/Tokyo");
    expect(fake.read("root/etc/timezone")).toBe("Asia/Tokyo\n");
    expect(fake.read("root/etc/default/locale")).toBe("LANG=ja_JP.UTF-8\n");
    expect(fake.read("root/etc/profile.d/classlab-language.sh")).toBe(
      `[ -n "\${LANG:-}" ] || export LANG=ja_JP.UTF-8\n`,
    );
    expect(fake.read("root/etc/default/keyboard")).toBe(
      'XKBMODEL="pc105"\nXKBLAYOUT="jp"\nXKBVARIANT=""\nXKBOPTIONS=""\n',
    );
  });

  test("a locale that is not there yet is made from its source", () => {
    fake.write("root/usr/share/i18n/locales/de_DE", "");
    expect(set(DE)).toEqual(["host localedef|-i|de_DE|-f|UTF-8|de_DE.UTF-8"]);
    expect(fake.read("root/etc/default/locale")).toBe("LANG=de_DE.UTF-8\n");
  });

  test("a guest without the data keeps what it has: no name of a locale or zone that it does not know", () => {
    expect(set(JA)).toEqual([]);
    expect(fake.list("root/etc/default")).toEqual(["keyboard"]);
    expect(fake.has("root/etc/timezone")).toBe(false);
    expect(fake.list("root/etc/profile.d")).toEqual([]);
    expect(lstatSync(join(fake.folder, "root/etc/localtime"), { throwIfNoEntry: false })).toBeUndefined();
  });

  test("once: what a learner chose afterwards stays until another language is configured", () => {
    fake.write("locales", "ja_JP.utf8\nde_DE.utf8\n");
    set(JA);
    fake.write("root/etc/default/locale", "LANG=C.UTF-8\n");
    set(JA);
    expect(fake.read("root/etc/default/locale")).toBe("LANG=C.UTF-8\n");
    set(DE);
    expect(fake.read("root/etc/default/locale")).toBe("LANG=de_DE.UTF-8\n");
  });
});
