import { type Fault, FaultError } from "../course/faults";
import type { ImageSet } from "../course/images";
import { guestsOf, type LabPlan } from "../course/plan";

/**
 * Refuses guests with a desktop where the machine image is a stand-in built from distribution packages: its kernel, Debian's for clouds, has
 * no graphics (`CONFIG_DRM` is not set in 6.1.0-cloud-amd64), and Debian has no package `ubuntu-desktop-minimal`. Made all the same, such a
 * guest would fail at the end of its first start, a quarter of an hour later.
 * @param images those that the lab decided on
 * @throws FaultError `feature-unsupported`
 */
export function refuseStandInDesktops(plan: LabPlan, { source }: Pick<ImageSet, "source">): void {
  if (source !== "distribution") return;
  const [first, ...more] = guestsOf(plan)
    .filter(
      ({ host, profile }) =>
        profile === "desktop" && plan.hosts.some(({ name, target }) => name === host && target === "libvirt"),
    )
    .map(
      ({ team, name }): Fault => ({
        code: "feature-unsupported",
        where: `guest ${team}/${name}`,
        what: "the desktop profile needs Ubuntu, and no image registry answered: the stand-in that machines begin with has a kernel without graphics and none of Ubuntu's desktop packages",
        expected: "profile: server",
        fix: "Or go online with a registry that answers, and run: npx classlab images --update",
      }),
    );
  if (first) throw new FaultError([first, ...more]);
}
