import { join } from "node:path";
import { provideBrowser } from "./browser.mjs";
import { runNode } from "./child.mjs";
import { isCi } from "./consent.mjs";
import { EXIT_MISSING, report } from "./missing.mjs";
import { provideMono } from "./mono.mjs";
import { provide, ROOT } from "./provide.mjs";
import { provideSchemas } from "./schemas.mjs";
import { provideSshServer } from "./ssh.mjs";
import { beginImages } from "./test-images.mjs";
import { installTestPackages } from "./test-packages.mjs";
import { provideVirtualBox } from "./virtualbox.mjs";

/**
 * Provides what the tests need, then runs them all. In CI everything has to be there; elsewhere the tests that need what
 * cannot be had are skipped.
 * @param {string[]} argv more arguments for jest
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
export async function runTests(argv, env) {
  const say = (line) => process.stderr.write(`${line}\n`);
  // Packages come while npm fetches its modules.
  if (isCi(env) && argv.length === 0) {
    await Promise.all([
      provide({ root: ROOT, needs: ["modules", "engine"], say, env }),
      installTestPackages({ say, env }),
      provideVirtualBox({ root: ROOT, say, env }),
    ]);
  }
  const provided = await provide({ root: ROOT, needs: ["modules", "engine", "docker"], say, env });
  const skip = (what) => {
    provided.env.CLASSLAB_TEST_SKIP = `${provided.env.CLASSLAB_TEST_SKIP ?? ""} ${what}`.trim();
  };
  if (provided.missing.length > 0) {
    report(provided.missing, false);
    if (isCi(env) || provided.missing.some(({ code }) => code === "modules" || code === "build"))
      return EXIT_MISSING;
    say("Tests that need the engine and Docker are skipped.");
    skip("docker");
  }
  // Chosen tests that make no virtual machine and open no page need neither a hypervisor nor a browser.
  const paths = argv.filter((word) => word.includes("tests/"));
  const chosen = (word) => paths.length === 0 || paths.some((path) => path.includes(word));
  if (chosen("libvirt")) {
    const libvirt = await provide({ root: ROOT, needs: ["libvirt"], say, env });
    if (libvirt.missing.length > 0) {
      report(libvirt.missing, false);
      if (isCi(env)) return EXIT_MISSING;
      say("Tests that make virtual machines with libvirt are skipped.");
      skip("libvirt");
    }
    const server = await provideSshServer({ say, env });
    if (server !== null) {
      report([server], false);
      if (isCi(env)) return EXIT_MISSING;
      say("Tests with a host over SSH are skipped.");
      skip("ssh");
    }
    const schemas = await provideSchemas({ root: ROOT, say, env: provided.env });
    provided.env.PATH = schemas.path;
    if (schemas.missing.length > 0) {
      report(schemas.missing, false);
      if (isCi(env)) return EXIT_MISSING;
      say(
        "Tests that check documents by the schemas of libvirt, cloud-init and netplan are skipped where those are missing.",
      );
    }
  }
  if (chosen("conformance") || chosen("virtualbox")) {
    const virtualBox = await provideVirtualBox({ root: ROOT, say, env: provided.env });
    if (virtualBox.folder) provided.env.CLASSLAB_VIRTUALBOX = virtualBox.folder;
    else {
      report([virtualBox.missing], false);
      if (isCi(env)) return EXIT_MISSING;
      say("Tests that try what is rendered for VirtualBox and Vagrant are skipped.");
      skip("virtualbox");
    }
  }
  if (chosen("hyperv")) {
    const mono = await provideMono({ say, env: provided.env });
    if (mono !== null) {
      report([mono], false);
      if (isCi(env)) return EXIT_MISSING;
      say("Tests with the program that joins a Windows host with its guests are skipped.");
      skip("mono");
    }
  }
  if (chosen("browser")) {
    const browser = await provideBrowser({ say, env: provided.env });
    if (browser.path) provided.env.CLASSLAB_CHROMIUM = browser.path;
    else {
      report([browser.missing], false);
      if (isCi(env)) return EXIT_MISSING;
      say("Tests that open pages are skipped.");
      skip("browser");
    }
  }
  const images = argv.length === 0 && provided.missing.length === 0 ? beginImages(provided.env) : undefined;
  const code = await runNode([join(ROOT, "node_modules", "jest", "bin", "jest.js"), ...argv], {
    env: provided.env,
    cwd: ROOT,
  });
  images?.stop();
  await images?.ended;
  return code;
}
