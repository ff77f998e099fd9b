import { EXIT, exitCodeOf, FaultError, formatFaults } from "../../course/faults";
import type { EnrolmentSettings } from "../../course/room/enrolment";
import { json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";
import { renderRecords } from "../roomOutput";

/** What the command line may say of enrolling. */
export interface EnrollOptions extends Pick<Options, "stack" | "config" | "json"> {
  /** Folder of the stick that is written. */
  readonly write?: string;
  /** Folder of the stick that came back. */
  readonly read?: string;
  readonly from?: readonly string[];
  /** False with `--no-ssh`. */
  readonly ssh: boolean;
  readonly hypervisor?: EnrolmentSettings["hypervisor"];
  readonly openssh?: string;
  readonly virtualbox?: string;
  readonly extensionPack?: string;
}

/** The part of {@link EnrollOptions} that decides what is done at PCs, in words. */
function renderSettings(folder: string, settings: EnrolmentSettings): string {
  const { user, from, ssh, hypervisor, virtualBox, extensionPack } = settings;
  return `${[
    `Written to ${folder}. At each PC start enroll.cmd as an administrator (Windows), or sudo sh enroll.sh enroll (Linux). It`,
    ...(ssh ? [`  lets this machine's key for the lab in by SSH, as user ${user}`] : []),
    `  lets in pings${ssh ? " and SSH" : ""} from ${from.join(", ")} only`,
    ...(hypervisor === "hyperv" ? ["  turns Hyper-V on: one restart"] : []),
    ...(virtualBox ? [`  installs VirtualBox ${virtualBox.version}`] : []),
    ...(extensionPack
      ? [`  installs the Extension Pack, its licence accepted for ${extensionPack.basis}`]
      : []),
    "and notes on the PC what was there before. release.cmd, or sudo sh enroll.sh release, puts that back.",
  ].join("\n")}\n`;
}

/** Writes the stick that PCs are enrolled and given back with, or reads what they wrote on it. */
export async function hostEnrollVerb(options: EnrollOptions): Promise<number> {
  const { write, read } = options;
  if ((write === undefined) === (read === undefined)) {
    throw new FaultError([
      {
        code: "enrolment-invalid",
        where: "host enroll",
        what: write === undefined ? "no folder is named" : "--write and --read are both given",
        expected: "--write DIR, which writes the stick, or --read DIR, which reads what came back",
      },
    ]);
  }
  if (read !== undefined) {
    const { readRecords } = await import("../../operations/room/records.js");
    const { records, faults } = readRecords(read);
    const told = [...records.flatMap(({ answer }) => (answer.ok ? [] : [answer.fault])), ...faults];
    if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: told.length === 0, records, faults });
    else process.stdout.write(renderRecords(records));
    if (faults.length > 0) process.stderr.write(`${formatFaults(faults)}\n`);
    const [first] = told;
    return first ? exitCodeOf([{ code: first.code, where: first.where, what: first.what }]) : EXIT.done;
  }
  const { writeEnrolmentStick } = await import("../../operations/room/enrol.js");
  const folder = write ?? "";
  const settings = await writeEnrolmentStick(folder, labFile(options), {
    from: options.from ?? [],
    ssh: options.ssh,
    ...(options.hypervisor === undefined ? {} : { hypervisor: options.hypervisor }),
    ...(options.openssh === undefined ? {} : { openSsh: options.openssh }),
    ...(options.virtualbox === undefined ? {} : { virtualBox: options.virtualbox }),
    ...(options.extensionPack === undefined ? {} : { extensionPack: options.extensionPack }),
  });
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, folder, settings });
  else process.stdout.write(renderSettings(folder, settings));
  return EXIT.done;
}
