import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";

/** A text that was found somewhere; bytes as latin1. */
export interface Place {
  readonly where: string;
  readonly content: string;
}

/** A secret by the name that a failing test may show. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** One way a secret may be written. */
export interface Needle {
  readonly name: string;
  readonly text: string;
}

const SECRET_KEY = "4dabf18193072939515e22adb298388d";

function* marked(value: unknown, path: string): Generator<Secret> {
  if (typeof value !== "object" || value === null) return;
  if (SECRET_KEY in value) {
    const plain: unknown = JSON.parse(String(Reflect.get(value, "plaintext")));
    yield { name: path, value: typeof plain === "string" ? plain : JSON.stringify(plain) };
    return;
  }
  for (const [key, entry] of Object.entries(value)) yield* marked(entry, `${path}.${key}`);
}

/** Every value that is marked secret in what `pulumi stack export --show-secrets` prints, by resource and property. */
export function secretsInState(exported: string): Secret[] {
  const state: { deployment: { resources: { urn: string }[] } } = JSON.parse(exported);
  return state.deployment.resources.flatMap((resource) => [
    ...marked(resource, resource.urn.split("::").at(-1) ?? ""),
  ]);
}

/** What the Terraform bridge marks secret beside secret properties: a remark on a property that has no value. */
const NO_VALUE = '{"replace":{"raw":null}}';

/** The lines of a private key's file that hold its private half. */
export function privateLines(text: string): string[] {
  // The first lines of the file hold the public half as well.
  return text.split("\n").slice(3, -3);
}

/**
 * Secrets of a lab: those of its state, the teams' keys that are derived from them, and the passphrase.
 * @param exported what `pulumi stack export --show-secrets` printed
 * @param keyFile path of a team's private key
 */
export function labSecrets(
  exported: string,
  teams: readonly string[],
  keyFile: (team: string) => string,
  passphraseFile: string,
): Secret[] {
  const marked = secretsInState(exported).filter(({ value }) => value !== NO_VALUE);
  const derived = teams.flatMap((team): Secret[] => {
    const text = readFileSync(keyFile(team), "utf8");
    const seed = marked.find(({ name }) => name === `${team}-key-seed.outputs.result`)?.value ?? "";
    const bytes = createHash("sha256").update(seed).digest();
    return [
      { name: `${team} private key file`, value: text },
      ...privateLines(text).map((value, index) => ({ name: `${team} private key, part ${index}`, value })),
      { name: `${team} private key bytes`, value: bytes.toString("hex") },
      { name: `${team} private key bytes`, value: bytes.toString("base64") },
    ];
  });
  const passphrase = readFileSync(passphraseFile, "utf8").trim();
  return [...marked, ...derived, { name: "passphrase", value: passphrase }];
}

/**
 * Script for a guest, run as root: prints the path of every file below folders that holds one of the secrets, or a process's command line or
 * environment that does.
 * @param folders as `find` takes them
 */
export function searchScript(secrets: readonly Secret[], folders: string): string {
  // What has line breaks is sought by its parts and its one-line forms: the patterns stand one a line.
  const needles = secrets.flatMap(needlesOf).filter(({ text }) => text !== "" && !text.includes("\n"));
  return `umask 077
cat > /dev/shm/needles <<'END'
${needles.map(({ text }) => text).join("\n")}
END
find ${folders} -xdev -type f -print0 | LC_ALL=C xargs -0 -r grep -laFf /dev/shm/needles || true
LC_ALL=C grep -laFsf /dev/shm/needles /proc/[0-9]*/cmdline /proc/[0-9]*/environ || true
rm /dev/shm/needles
`;
}

/** The middle of a value in base64, wherever in a longer text it stands: its ends depend on what is beside it. */
function base64Within(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const whole = Math.floor(((offset + bytes.length) * 4) / 3);
    return text.slice(Math.ceil((offset * 4) / 3), whole);
  });
}

/** The ways in which a secret is sought: plain, as JSON writes it, base64, URL-encoded, hexadecimal. */
export function needlesOf({ name, value }: Secret): Needle[] {
  const bytes = Buffer.from(value);
  const forms: [string, string][] = [
    ["plain", bytes.toString("latin1")],
    ["JSON", JSON.stringify(value).slice(1, -1)],
    ["URL-encoded", encodeURIComponent(value)],
    ["hexadecimal", bytes.toString("hex")],
    ...base64Within(bytes).map((text): [string, string] => ["base64", text]),
  ];
  // The first of those that are written the same gives the name.
  const texts = new Map(forms.reverse().map(([form, text]) => [text, form]));
  return [...texts].map(([text, form]) => ({ name: `${name} (${form})`, text }));
}

/** What of a list of secrets stands where: `place: secret (form)`; never a value. */
export function hitsIn(places: readonly Place[], needles: readonly Needle[]): string[] {
  return places.flatMap(({ where, content }) =>
    needles.filter(({ text }) => content.includes(text)).map(({ name }) => `${where}: ${name}`),
  );
}

/** Plain gzip files, as the engine writes its logs before it knows a stack, hide their text from a search. */
function unpacked(bytes: Buffer): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return "";
  return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString("latin1");
}

/** Every file below a folder; those last written before a time are left out. */
export function filesBelow(folder: string, since = 0): Place[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Place[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, since);
    if (!entry.isFile() || statSync(path).mtimeMs < since) return [];
    const bytes = readFileSync(path);
    return [{ where: path, content: bytes.toString("latin1") + unpacked(bytes) }];
  });
}
