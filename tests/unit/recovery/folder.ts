import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type StackFiles, stackFiles } from "../../../operations/recovery/fileBackend";

/** A file backend in a folder of a test's own. */
export class BackendFolder {
  readonly folder = mkdtempSync(join(tmpdir(), "classlab backend "));
  /** Its address as Pulumi takes it. */
  readonly url = pathToFileURL(this.folder).href;
  readonly files: StackFiles;

  constructor(readonly stack = "lab") {
    const files = stackFiles(stack, this.url);
    if (!files) throw new Error("a folder is a file backend");
    this.files = files;
    mkdirSync(dirname(files.state), { recursive: true });
    mkdirSync(files.backups, { recursive: true });
    mkdirSync(files.locks, { recursive: true });
  }

  /** Writes a file, `age` minutes old. */
  write(path: string, text: string, age = 0): void {
    writeFileSync(path, text);
    const time = Date.now() / 1000 - 60 * age;
    utimesSync(path, time, time);
  }

  /** Removes it all. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A checkpoint as the engine writes it, of resources by their names. */
export function checkpoint(resources: readonly string[], pending: readonly string[] = []): string {
  const resource = (name: string) => ({ urn: `urn:pulumi:lab::classlab::type::${name}`, type: "type" });
  return JSON.stringify({
    version: 3,
    checkpoint: {
      stack: "organization/classlab/lab",
      latest: {
        manifest: { version: "v3.259.0" },
        ...(resources.length > 0 ? { resources: resources.map(resource) } : {}),
        ...(pending.length > 0
          ? { pending_operations: pending.map((name) => ({ resource: resource(name), type: "creating" })) }
          : {}),
      },
    },
  });
}
