import { CAPABILITIES, SECURITY_OPTIONS } from "../../components/hypervisors/containers/rights";
import { nextStep } from "../libvirt";
import { type CheckDefinition, type Finding, fine, notNeeded } from "./check";

/** Oldest Docker Engine that gives a container a cgroup namespace of its own. */
const OLDEST_DOCKER = [20, 10];

const GOOD_DRIVERS = ["overlay2", "overlayfs", "stargz", "btrfs", "zfs", "fuse-overlayfs"];

/** Clocks further apart than this are worth a word, in milliseconds. */
const SKEW = 30_000;

const RIGHTS_DEADLINE = 60_000;

function dockerTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const [a = 0, b = 0] = OLDEST_DOCKER;
  return major < a || (major === a && minor < b);
}

/** Arguments of the container that tries what a guest needs: it may mount a file system, in a cgroup namespace of its own. */
export function rightsProbe(image: string, lab: string): string[] {
  return [
    "run",
    "--rm",
    "--pull=never",
    "--network=none",
    "--cgroupns=private",
    ...CAPABILITIES.map((name) => `--cap-add=${name}`),
    ...SECURITY_OPTIONS.map((option) => `--security-opt=${option}`),
    // No owner mark: it is no part of the lab, and gone when its script ends.
    `--label=classlab.probe=${lab}`,
    "--entrypoint=/bin/sh",
    image,
    "-c",
    "mount -t tmpfs none /mnt",
  ];
}

/** What Docker has to be like for containers to stand in for guests. */
export const DOCKER_CHECKS: readonly CheckDefinition[] = [
  {
    id: "docker",
    title: "Docker",
    look: async (subject): Promise<Finding> => {
      if (!subject.needsDocker) return notNeeded("the guests do not run on this machine's Docker");
      const [{ docker }, info] = await Promise.all([subject.setUp(), subject.docker()]);
      if (info)
        return fine(`version ${info.ServerVersion} on ${info.OperatingSystem || "an unnamed system"}`);
      return {
        status: "blocking",
        found: docker.missing
          ? `${docker.missing.what.replace(/^The /, "the ")}: ${docker.missing.why}`
          : "it answers, but not when asked about itself (docker info)",
        fix: docker.startable
          ? `Run npx classlab doctor --fix, which asks first; or ${docker.missing?.todo.replace(/, or the same command.*$/, "") ?? "start it"}`
          : nextStep(docker.missing?.todo ?? "look at its log"),
        fixable: docker.startable,
        code: "docker-not-running",
      };
    },
  },
  {
    id: "docker-version",
    title: "Docker's version and kind",
    after: ["docker"],
    look: async (subject) => {
      const info = await subject.docker();
      const expected = `Docker Engine ${OLDEST_DOCKER.join(".")} or newer with Linux containers`;
      if (!info) return notNeeded("there is no Docker");
      if (info.OSType !== "linux") {
        return {
          status: "blocking",
          found: `this Docker runs ${info.OSType} containers`,
          expected,
          fix: "Switch Docker Desktop to Linux containers",
          code: "environment-missing",
        };
      }
      if (!dockerTooOld(info.ServerVersion)) return fine(`${info.ServerVersion}, Linux containers`);
      return {
        status: "blocking",
        found: `version ${info.ServerVersion} gives no container cgroups of its own`,
        expected,
        fix: "Install a newer Docker Engine (https://docs.docker.com/engine/install/)",
        code: "environment-missing",
      };
    },
  },
  {
    id: "cgroups",
    title: "Control groups",
    after: ["docker"],
    look: async (subject) => {
      const version = (await subject.docker())?.CgroupVersion;
      if (version === "1" || version === "2") return fine(`version ${version}`);
      return {
        status: "warning",
        found: `Docker reports version ${version || "nothing"}, with which guests were never tried`,
        expected: "version 1 or 2",
      };
    },
  },
  {
    id: "storage-driver",
    title: "Docker's storage driver",
    after: ["docker"],
    look: async (subject) => {
      const driver = (await subject.docker())?.Driver ?? "";
      if (GOOD_DRIVERS.includes(driver)) return fine(driver);
      return {
        status: "warning",
        found:
          driver === "vfs"
            ? "vfs copies a whole image for every container: slow, and many times the space"
            : `${driver || "none named"}, with which guests were never tried`,
        expected: "overlay2",
        fix: "Set the storage driver in Docker's daemon.json; images have to be made again afterwards",
      };
    },
  },
  {
    id: "guest-rights",
    title: "Rights of a guest",
    after: ["docker"],
    look: async (subject) => {
      const { machine, file } = subject;
      const listed = await machine.run("docker", ["image", "ls", "-q", "classlab/guest"]);
      // Any guest's image does: the rights are Docker's to give.
      const image = listed.stdout.trim().split("\n")[0];
      if (!image) {
        return {
          status: "unknown",
          found: "they can be tried once the guest's image is there (npx classlab images)",
        };
      }
      const tried = await machine.run("docker", rightsProbe(image, file.lab), { deadline: RIGHTS_DEADLINE });
      if (tried.code === 0)
        return fine(`a container with ${CAPABILITIES.join(", ")} starts and may use them`);
      return {
        status: "blocking",
        found: `a container with ${CAPABILITIES.join(", ")} cannot be started or may not use them: ${tried.stderr.trim().split("\n")[0] || `exit code ${tried.code}`}`,
        expected: "a Docker that runs as root on a Linux kernel that grants these",
        fix: "Use a Docker that does not run rootless, nested or under a policy that takes these rights away",
        code: "environment-missing",
      };
    },
  },
  {
    id: "clock",
    title: "Docker's clock",
    after: ["docker"],
    look: async (subject) => {
      const ahead = (await subject.docker())?.ahead ?? 0;
      if (Math.abs(ahead) < SKEW) return fine("together with this machine's");
      return {
        status: "warning",
        found: `it is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`,
        expected: "clocks that agree: certificates and logs depend on it",
        fix: "Restart Docker Desktop, or set the time of the machine that Docker runs on",
      };
    },
  },
];
