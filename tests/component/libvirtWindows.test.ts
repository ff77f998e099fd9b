import { guestsOf } from "../../course/plan";
import { type LabRecord, labRecordSchema } from "../../course/record";
import { resourcesOf } from "../../course/resources";
import { imageKey, windowsImagesOf } from "../../course/windows/guest";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { isSecretInput, MockEngine, unsecret } from "../support/mocks";
import { IMAGE_HASH, windowsPlan } from "../unit/windowsLab";

// What these tests do not prove: that libvirt and Windows take what the scripts hand them.
const plan = windowsPlan({ units: "one", site: { network: { dns: ["192.0.2.53"] } } });
const record: LabRecord = labRecordSchema.parse({
  ...RECORD,
  libvirt: {
    image: "0123456789abcdef",
    hosts: {
      "this-machine": {
        acceleration: "kvm",
        virtualization: "vmx",
        sharedFolders: "9p",
        firmware: { uefi: "secure", tpm: true },
      },
    },
  },
});
const IMAGE = `this-machine-windows-${IMAGE_HASH.slice(0, 12)}`;
const SERVER = "team-01-server";

let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: { nginx: "sha256:inner-nginx" } });
  const [unit] = plan.units;
  if (!unit) throw new Error("no unit");
  deployUnit({ plan, unit, record });
  await engine.settle();
});

const find = (name: string) => engine.find(":Command", name);
const scriptOf = (name: string): string => String(unsecret(find(name).inputs.stdin));

test("the stack holds exactly the planned resources: no Docker host and no settings in Windows, an account's password each", () => {
  const [unit] = plan.units;
  if (!unit) throw new Error("no unit");
  const registered = engine.registrations.map(({ type, name }) => `${type} ${name}`).sort();
  const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
  expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
  const names = engine.registrations.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([`${SERVER}-secrets-learner-3`, "team-01-linux-docker", "team-01-linux-settings"]),
  );
  expect(names).not.toContain(`${SERVER}-docker`);
  expect(names).not.toContain(`${SERVER}-settings`);
  expect(names).not.toContain(`${SERVER}-secrets-password`);
});

test("an image that two guests begin with is brought once, and their disks lie over it", () => {
  expect(windowsImagesOf(guestsOf(plan)).map(imageKey)).toEqual([IMAGE_HASH.slice(0, 12)]);
  expect(find(IMAGE).dependsOn).toContain("this-machine-pool");
  for (const guest of ["server", "client"]) {
    expect(find(`team-01-${guest}-disk`).dependsOn).toContain(IMAGE);
    expect(scriptOf(`team-01-${guest}-disk`)).toContain(`/windows-${IMAGE_HASH.slice(0, 12)}.qcow2`);
  }
  expect(scriptOf("team-01-linux-disk")).not.toContain("windows-");
});

test("adapters come once the guest is ready: the password of its seed is nobody's by then", () => {
  expect(find(`${SERVER}-adapters`).dependsOn).toContain(`${SERVER}-ready`);
  expect(find("team-01-linux-adapters").dependsOn).not.toContain("team-01-linux-ready");
});

test("what the seed, the wait and the adapters are fed is a secret; passwords are in the wait alone, and in no trigger", () => {
  for (const what of ["disk", "ready"])
    expect(isSecretInput(find(`${SERVER}-${what}`).inputs.stdin)).toBe(true);
  const payload = Buffer.from(
    /\n([A-Za-z0-9+/=]{2000,})\nGUEST\n/.exec(scriptOf(`${SERVER}-ready`))?.[1] ?? "",
    "base64",
  );
  const document = JSON.parse(payload.toString("utf8"));
  expect(document.calls.apply.function).toBe("Set-ClasslabGuest");
  const accounts: { name: string; password: string }[] = document.calls.apply.data.accounts;
  expect(accounts.map(({ name }) => name)).toEqual(["learner-1", "learner-2", "learner-3"]);
  const seed = scriptOf(`${SERVER}-disk`);
  for (const { password } of accounts) {
    expect(password.length).toBeGreaterThan(5);
    expect(seed).not.toContain(password);
    for (const each of engine.registrations)
      expect(
        JSON.stringify([each.inputs.create, each.inputs.update, each.inputs.delete, each.inputs.triggers]),
      ).not.toContain(password);
  }
});

test("Windows 11 has a TPM, a server has none; both check signatures, since the host can", () => {
  expect(scriptOf("team-01-client-machine")).toContain('<tpm model="tpm-crb">');
  expect(scriptOf(`${SERVER}-machine`)).not.toContain("<tpm");
  for (const guest of ["client", "server"])
    expect(scriptOf(`team-01-${guest}-machine`)).toContain('<feature enabled="yes" name="secure-boot"/>');
});
