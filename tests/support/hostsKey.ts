import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The line by which hosts let that key in. */
export const HOSTS_KEY = "ssh-ed25519 AAAA classlab:lab/hosts";

/** Gives the tests of a file a home folder that has the key which opens the hosts of a lab called `lab`. @returns the folder, once they run */
export function useHostsKey(): () => string {
  const before = process.env.CLASSLAB_HOME;
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "classlab-hosts-key-"));
    process.env.CLASSLAB_HOME = home;
    mkdirSync(join(home, "keys", "lab"), { recursive: true });
    writeFileSync(join(home, "keys", "lab", "hosts.key"), "the key that opens hosts");
    writeFileSync(join(home, "keys", "lab", "hosts.key.pub"), `${HOSTS_KEY}\n`);
  });
  afterAll(() => {
    rmSync(home, { recursive: true });
    if (before === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = before;
  });
  return () => home;
}
