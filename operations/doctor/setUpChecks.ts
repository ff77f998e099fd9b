import { needsImages } from "../../course/resources";
import { type CheckDefinition, fine, notNeeded } from "./check";

/** What set-up's own installation is asked for by. */
const BY_FIX = "Run: npx classlab doctor --fix";

function older(version: string, than: string): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  const [c = 0, d = 0] = than.split(".").map(Number);
  return a < c || (a === c && b < d);
}

/** What set-up provides before any lab is thought of. */
export const SET_UP_CHECKS: readonly CheckDefinition[] = [
  {
    id: "node",
    title: "Node.js",
    look: async (subject) => {
      const { version, oldest } = (await subject.setUp()).node;
      if (!older(version, oldest)) return fine(`version ${version}`);
      return {
        status: "blocking",
        found: `version ${version} is too old`,
        expected: `${oldest} or newer`,
        fix: "Install Node.js 22 from https://nodejs.org or with your version manager",
        code: "environment-missing",
      };
    },
  },
  {
    id: "modules",
    title: "Modules and build",
    look: async (subject) => {
      const { modules, build } = await subject.setUp();
      if (modules && build) return fine("as the checkout has them");
      return {
        status: "blocking",
        found: modules
          ? "the build is not made from these sources"
          : "the node modules are not those of package-lock.json",
        fix: BY_FIX,
        fixable: true,
        code: "environment-missing",
      };
    },
  },
  {
    id: "engine",
    title: "Pulumi engine",
    look: async (subject) => {
      const { engine } = await subject.setUp();
      if (engine.there)
        return fine(`version ${engine.version}${engine.passedOver ? `; ${engine.passedOver}` : ""}`);
      return {
        status: "blocking",
        found: engine.passedOver ?? "it is neither on PATH nor in the checkout",
        expected: `version ${engine.version}`,
        fix: `${BY_FIX}, which puts it into the checkout`,
        fixable: true,
        code: "environment-missing",
      };
    },
  },
  {
    id: "plugins",
    title: "Pulumi plugins",
    look: async (subject) => {
      const { expected, absent } = (await subject.setUp()).plugins;
      if (absent.length === 0) return fine(expected.join(", "));
      return {
        status: "blocking",
        found: `${absent.join(", ")} ${absent.length > 1 ? "are" : "is"} not installed`,
        fix: BY_FIX,
        fixable: true,
        code: "environment-missing",
      };
    },
  },
  {
    id: "ssh-client",
    title: "SSH client",
    look: async (subject) => {
      const { ssh } = await subject.setUp();
      if (ssh !== null) return fine(ssh);
      if (!subject.needsSsh)
        return notNeeded("no guest has a Docker stack; only logging in to guests needs one");
      return {
        status: "blocking",
        found: "there is no ssh on PATH, by which the guests' Docker is reached",
        fix: `${BY_FIX}, or install the package openssh-client`,
        fixable: true,
        code: "environment-missing",
      };
    },
  },
  {
    id: "compose",
    title: "Docker Compose for guests",
    after: ["docker"],
    look: async (subject) => {
      if (!needsImages(subject.plan)) return notNeeded("no guest of the lab is made of images");
      const [{ compose }, images] = await Promise.all([subject.setUp(), subject.images()]);
      if (compose.there) return fine(`version ${compose.version}`);
      // It is part of the guest's image: once that stands, nothing reads the file.
      const record = (await subject.known())?.record;
      if (record && images.missing.length === 0)
        return notNeeded("the guest's image, which holds it, is there");
      return {
        status: "blocking",
        found: `${compose.file} is missing, without which the guest's image cannot be built`,
        fix: BY_FIX,
        fixable: true,
        code: "environment-missing",
      };
    },
  },
];
