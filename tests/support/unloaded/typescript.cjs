const { whenUsed } = require("../../../components/loadWhenUsed");

module.exports = whenUsed(() => require("../../../node_modules/typescript/lib/typescript.js"));
