const { whenUsed } = require("../../../components/loadWhenUsed");

module.exports = whenUsed(() => require("../../../node_modules/@npmcli/arborist/lib/index.js"));
