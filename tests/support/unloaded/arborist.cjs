module.exports = require("./whenUsed.cjs")("@npmcli/arborist/lib/index.js");
