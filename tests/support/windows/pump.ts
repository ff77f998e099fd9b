import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, ROOT } from "../cli";

/** Compiles what joins a host with a guest, as C# 5, for Mono. @returns path of the program; its folder is the caller's to remove */
export async function compilePump(): Promise<string> {
  const program = join(mkdtempSync(join(tmpdir(), "classlab-pump-")), "pump.exe");
  await output("mcs", [
    "-langversion:5",
    "-warnaserror",
    `-out:${program}`,
    join(ROOT, "components/hypervisors/hyperv/module/Channel.cs"),
    join(ROOT, "tests/support/windows/Pump.cs"),
  ]);
  return program;
}

/** Words that join standard input and output with a socket at a path. */
export function pumpTo(program: string, path: string, milliseconds = 5000): [string, ...string[]] {
  return ["mono", program, "join", path, String(milliseconds)];
}
