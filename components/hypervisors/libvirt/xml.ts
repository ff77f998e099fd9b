/** What an element holds: its text, or attributes (`@name`) and children; a list is several elements of one name. */
export type XmlContent = string | number | Xml | readonly (string | number | Xml)[];

/** An element's attributes and children by name. */
export interface Xml {
  readonly [name: string]: XmlContent;
}

/** A document of one root element, indented, without a declaration: libvirt reads and prints it so. */
export function renderXml(root: Xml): string {
  // Loaded by who has a document to write: it takes an eighth of what all of the command's modules take to load.
  const { create }: typeof import("xmlbuilder2") = require("xmlbuilder2");
  return `${create(root).end({ headless: true, prettyPrint: true })}\n`;
}
