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
