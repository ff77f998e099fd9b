import { EXIT, formatFault } from "../../course/faults";
import { hostsConfig } from "../../operations/hosts/access";
import { json, labFile, type Options } from "../context";
import { renderSteps, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";
import { sshLine } from "../sshLine";

/** Makes a lab's hosts in clouds, or shows what would be made. */
export async function hostsVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { bringUpHosts } = await import("../../operations/clouds/hosts.js");
  const report = await withProgress((progress, signal) =>
    bringUpHosts(file, {
      say: (line) => progress.line(line),
      onEvent: (event) => progress.event(event),
      preview: options.preview === true,
      replace: options.replace ?? [],
      signal,
    }),
  );
  const { stack, changes, planned, steps, stopped } = report;
  const config = hostsConfig(file.lab);
  const hosts = report.hosts.map(({ name, team, address, port, user, hostKey }) => ({
    name,
    team,
    address,
    port,
    user,
    hostKey,
    sshCommand: sshLine(config, name),
  }));
  if (options.json)
    json({ schemaVersion: SCHEMA_VERSION, ok: true, stack, changes, planned, steps, hosts, stopped });
  else
    process.stdout.write(
      [
        ...renderSteps(steps),
        `stack ${stack}: ${planned} resources in the plan`,
        ...hosts.map(({ name, address, sshCommand }) => `${name}  ${address}  ${sshCommand}`),
        ...stopped.map((fault) => formatFault(fault)),
        "",
      ].join("\n"),
    );
  return EXIT.done;
}
