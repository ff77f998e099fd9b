import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryCertificates } from "../../components/registryCertificates";

// What these tests do not prove: that a Docker Engine takes them; tests/integration/registry.test.ts does.
const SEED = "a seed of a lab's registry, as long as those that are made";
const made = registryCertificates(SEED, "lab", "192.168.99.254");
const authority = new X509Certificate(made.authority);
const server = new X509Certificate(made.server);
const key = createPrivateKey(made.server.slice(made.server.indexOf("-----BEGIN PRIVATE KEY-----")));

test("the same seed makes the same, another one nothing that is alike", () => {
  expect(registryCertificates(SEED, "lab", "192.168.99.254")).toEqual(made);
  const other = registryCertificates(`${SEED}.`, "lab", "192.168.99.254");
  const otherAuthority = new X509Certificate(other.authority);
  expect(otherAuthority.subject).not.toBe(authority.subject);
  expect(otherAuthority.serialNumber).not.toBe(authority.serialNumber);
  expect(server.verify(otherAuthority.publicKey)).toBe(false);
});

test("the authority signs itself and the registry's certificate, whose key is the one beside it", () => {
  expect(authority.ca).toBe(true);
  expect(server.ca).toBe(false);
  expect(authority.verify(authority.publicKey)).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkIssued(authority)).toBe(true);
  expect(server.checkPrivateKey(key)).toBe(true);
  expect(authority.checkPrivateKey(key)).toBe(false);
  expect(made.authority).not.toContain("PRIVATE");
});

test("it is for its address alone, as a server, from 2020 to 2049", () => {
  expect(server.checkIP("192.168.99.254")).toBe("192.168.99.254");
  expect(server.checkIP("192.168.99.253")).toBeUndefined();
  expect(server.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect([server.validFrom, server.validTo]).toEqual([
    "Jan  1 00:00:00 2020 GMT",
    "Dec 31 23:59:59 2049 GMT",
  ]);
});

test("openssl takes it for a server of that address by the authority, strictly", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-certificates-"));
  try {
    writeFileSync(join(folder, "ca.pem"), made.authority);
    writeFileSync(join(folder, "server.pem"), made.server);
    const words = ["verify", "-x509_strict", "-CAfile", "ca.pem", "-purpose", "sslserver"];
    const verify = (address: string) =>
      execFileSync("openssl", [...words, "-verify_ip", address, "server.pem"], {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      });
    expect(verify("192.168.99.254")).toBe("server.pem: OK\n");
    expect(() => verify("192.168.99.253")).toThrow("IP address mismatch");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
