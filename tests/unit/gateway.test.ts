import { sectionsOf } from "../../cli/plan/sections";
import { LANGUAGES } from "../../course/languages";
import { reportOf } from "../../course/report";
import { planOf } from "./labs";

const plan = (...channels: string[]) =>
  planOf("spring", { target: "libvirt", channels, guests: [{ name: "g" }] });

test("the channel browser keeps a name and port 443 for its gateway, and the plan says that it is not made yet", () => {
  const reserved = plan("ssh", "browser");
  expect(reserved.gateway).toEqual({ name: "spring-gateway", port: 443, made: false });
  const lines = LANGUAGES.map((language) => sectionsOf(reportOf(reserved), language).lines.at(-1));
  expect(lines.sort()).toEqual([
    "browser: spring-gateway, port 443, is reserved; its gateway is not made yet",
    "browser: spring-gateway（ポート443）を予約しています。ゲートウェイはまだ作成されません",
  ]);
});

test("other channels need none", () => {
  const other = plan("classroom", "rdp", "ssh");
  expect(other.gateway).toBeUndefined();
  expect(sectionsOf(reportOf(other), "en").lines.at(-1)).toBe("ways in: classroom, rdp, ssh");
});
