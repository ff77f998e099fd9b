import { IANAZone } from "luxon";
import { looksAfterDocker } from "../../course/resources";
import {
  KEYBOARDS_OF_WINDOWS,
  windowsKeyboard,
  windowsLocale,
  windowsZone,
  ZONES_OF_WINDOWS,
} from "../../course/windows/language";
import { guestNamed, planOf } from "./labs";
import { imageOf, windowsGuest, windowsPlan } from "./windowsLab";

describe("a guest with Windows in the plan", () => {
  const plan = windowsPlan();

  test("has its image, and an account for each seat of the team", () => {
    expect(windowsGuest(plan, "server").windows).toEqual({
      image: imageOf("server-2022"),
      accounts: ["learner-1", "learner-2", "learner-3"],
    });
  });

  test("has one account where nobody said how many seats there are", () => {
    expect(windowsGuest(windowsPlan({ teams: 1 }), "server").windows.accounts).toEqual(["learner-1"]);
  });

  test("has no Docker Engine that is looked after; one with Linux has, and no Windows", () => {
    expect(looksAfterDocker("libvirt", windowsGuest(plan, "server"))).toBe(false);
    const linux = guestNamed(plan, "linux");
    expect(linux.windows).toBeUndefined();
    expect(looksAfterDocker("libvirt", linux)).toBe(true);
  });

  test("has a hash in small letters, as sha256sum prints it", () => {
    const image = { ...imageOf("11"), sha256: "AB".repeat(32) };
    const guests = [{ name: "win", os: "windows", disk: { size: 64 }, image }];
    const [guest] = planOf("lab", { target: "libvirt", guests }).teams[0]?.guests ?? [];
    expect(guest?.windows?.image.sha256).toBe("ab".repeat(32));
  });
});

describe("Windows' own names", () => {
  test("of zones are known for zones that there are, the default among them", () => {
    expect(ZONES_OF_WINDOWS.filter((zone) => !IANAZone.isValidZone(zone))).toEqual([]);
    expect(windowsZone("Asia/Tokyo")).toBe("Tokyo Standard Time");
    expect(windowsZone("Asia/Kabul")).toBeUndefined();
    expect(windowsZone("constructor")).toBeUndefined();
  });

  test("of keyboards and locales are those of languages", () => {
    expect(KEYBOARDS_OF_WINDOWS.map(windowsKeyboard)).toEqual(expect.arrayContaining(["ja-JP", "en-US"]));
    expect(windowsKeyboard("constructor")).toBeUndefined();
    expect(["ja_JP.UTF-8", "en_US.UTF-8", "fil_PH.UTF-8"].map(windowsLocale)).toEqual([
      "ja-JP",
      "en-US",
      "fil-PH",
    ]);
  });
});
