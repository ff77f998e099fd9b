import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * Says of a changed file whether the compiler refuses it: such a mutant can never run, and no test is asked to find it.
 * @returns a function of a path in the checkout and the whole text that the file would have
 */
export function compilerOf(root) {
  const configPath = join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const changed = new Map();
  let version = 0;
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames.filter((name) => name.startsWith(join(root, "course/"))),
    getScriptVersion: (name) => (changed.has(name) ? String(changed.get(name).version) : "0"),
    getScriptSnapshot: (name) => {
      const text =
        changed.get(name)?.text ?? (ts.sys.fileExists(name) ? readFileSync(name, "utf8") : undefined);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  return (file, text) => {
    const name = join(root, file);
    version += 1;
    changed.set(name, { version, text });
    const found = [...service.getSyntacticDiagnostics(name), ...service.getSemanticDiagnostics(name)];
    changed.delete(name);
    return found.length > 0;
  };
}
