import { FaultError } from "../../course/faults";
import { refuseStandInDesktops } from "../../operations/desktop";
import { planOf } from "./labs";
import { libvirtPlan } from "./libvirtLab";

test("a desktop on a stand-in of distribution packages is refused by name, each guest", () => {
  const plan = libvirtPlan();
  let refusal: unknown;
  try {
    refuseStandInDesktops(plan, { source: "distribution" });
  } catch (error) {
    refusal = error;
  }
  if (!(refusal instanceof FaultError)) throw new Error("it was not refused");
  expect(refusal.faults.map(({ code, where }) => [code, where])).toEqual([
    ["feature-unsupported", "guest team-01/desk"],
    ["feature-unsupported", "guest team-02/desk"],
  ]);
  expect(refusal.message.split("\n")[0]).toBe(
    "guest team-01/desk: the desktop profile needs Ubuntu, and no image registry answered: the stand-in that machines begin with has a kernel without graphics and none of Ubuntu's desktop packages. Expected profile: server. Or go online with a registry that answers, and run: npx classlab images --update. [feature-unsupported]",
  );
});

test("Ubuntu's own image, servers, and other targets are not", () => {
  refuseStandInDesktops(libvirtPlan(), { source: "registry" });
  refuseStandInDesktops(libvirtPlan({ guests: [{ name: "plain" }] }), { source: "distribution" });
  const elsewhere = planOf("lab", {
    target: "virtualbox",
    guests: [{ name: "desk", profile: "desktop" }],
  });
  expect(elsewhere.teams[0]?.guests[0]?.profile).toBe("desktop");
  refuseStandInDesktops(elsewhere, { source: "distribution" });
});
