import Module, { createRequire } from "node:module";

/** Stands for what a module exports, by name alone, and loads it when something of it is first used. @param load loads it, and is asked each time */
export function whenUsed(load: () => object): object {
  return new Proxy(
    {},
    {
      // A module with this mark is taken as it is; without, importers would copy all it exports at once.
      get: (_, key) => key === "__esModule" || Reflect.get(load(), key),
    },
  );
}

/**
 * Lets modules that a package requires when it is loaded be loaded when they are first used instead. Pulumi's SDK requires TypeScript and npm's
 * Arborist (400 modules), with which it would serialize functions of a program for clouds; nothing here is serialized, and loading both takes
 * a third of the time that all of an engine's run takes to load.
 * @param by the package that requires them; nothing happens where it or one of them is not installed
 * @param names modules whose exports are read by name alone
 */
export function loadWhenUsed(by: string, names: readonly string[]): void {
  for (const name of names) {
    let path: string;
    let required: NodeJS.Require;
    try {
      required = createRequire(require.resolve(by));
      path = required.resolve(name);
    } catch {
      continue;
    }
    if (require.cache[path]) continue;
    const stub = new Module(path);
    stub.exports = whenUsed(() => {
      if (require.cache[path] === stub) delete require.cache[path];
      return required(name);
    });
    stub.loaded = true;
    require.cache[path] = stub;
  }
}
