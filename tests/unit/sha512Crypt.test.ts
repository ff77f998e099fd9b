import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { sha512Crypt } from "../../components/sha512Crypt";

const openssl = (password: string, salt: string): string =>
  spawnSync("openssl", ["passwd", "-6", "-salt", `rounds=1000$${salt}`, "-stdin"], {
    input: `${password}\n`,
    encoding: "utf8",
  }).stdout.trim();

test("as OpenSSL hashes, whatever the lengths", () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[ -~]{1,140}$/),
      fc.stringMatching(/^[./0-9A-Za-z]{1,16}$/),
      (password, salt) => {
        expect(sha512Crypt(password, salt)).toBe(openssl(password, salt));
      },
    ),
    {
      numRuns: 40,
      examples: [
        ["a".repeat(64), "s"],
        ["b".repeat(128), "0123456789abcdef"],
        ["é", "x"],
      ],
    },
  );
});

test("a salt that is too long is cut as crypt does", () => {
  expect(sha512Crypt("x", "0123456789abcdefGHI")).toBe(sha512Crypt("x", "0123456789abcdef"));
});
