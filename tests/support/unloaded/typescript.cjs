module.exports = require("./whenUsed.cjs")("typescript/lib/typescript.js");
