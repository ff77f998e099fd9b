import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { filesBelow, hitsIn, needlesOf, secretsInState } from "../support/secretSearch";

const NEEDLES = needlesOf({ name: "key", value: 'two\n"lines" & more' });
const found = (content: string) => hitsIn([{ where: "here", content }], NEEDLES);

test.each([0, 1, 2, 3, 4, 5])("a secret in base64 is found %d bytes into a longer text", (offset) => {
  const text = `${"x".repeat(offset)}two\n"lines" & more, and more`;
  expect(found(Buffer.from(text).toString("base64"))).toEqual(["here: key (base64)"]);
});

test("plain, URL-encoded, as JSON and in hexadecimal; a part of it is none", () => {
  expect(found('a two\n"lines" & more b')).toEqual(["here: key (plain)"]);
  expect(found("?p=two%0A%22lines%22%20%26%20more")).toEqual(["here: key (URL-encoded)"]);
  expect(found(JSON.stringify({ key: 'two\n"lines" & more' }))).toEqual(["here: key (JSON)"]);
  expect(found(Buffer.from('two\n"lines" & more').toString("hex"))).toEqual(["here: key (hexadecimal)"]);
  expect(found("two lines")).toEqual([]);
});

test("all that is marked secret in a state, objects too", () => {
  const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  });
  const resources = [
    { urn: "urn::a", inputs: { list: [secret("one")], clear: "no" }, outputs: { two: secret({ x: 2 }) } },
  ];
  expect(secretsInState(JSON.stringify({ deployment: { resources } }))).toEqual([
    { name: "a.inputs.list.0", value: "one" },
    { name: "a.outputs.two", value: '{"x":2}' },
  ]);
});

test("packed files are searched unpacked, those cut off as well", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-search-"));
  const packed = Buffer.concat([gzipSync("first "), gzipSync("second")]);
  writeFileSync(join(folder, "a"), packed);
  writeFileSync(join(folder, "b"), packed.subarray(0, -9));
  expect(filesBelow(folder).map(({ content }) => /first second/.test(content))).toEqual([true, true]);
  expect(filesBelow(folder, Date.now() + 60_000)).toEqual([]);
  rmSync(folder, { recursive: true });
});
