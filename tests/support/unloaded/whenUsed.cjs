const { join } = require("node:path");

/** A module of the checkout that is loaded when something of it is first used. @param {string} file its path below node_modules */
module.exports = (file) =>
  new Proxy(
    {},
    {
      // A module with this mark is taken as it is; without, importers would copy all it exports at once.
      get: (_, key) =>
        key === "__esModule" || Reflect.get(require(join(__dirname, "../../../node_modules", file)), key),
    },
  );
