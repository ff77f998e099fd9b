import type { XMLBuilder } from "xmlbuilder2/lib/interfaces";

/** What an element holds: its text, or attributes (`@name`) and children; a list is several elements of one name. */
export type XmlContent = string | number | Xml | readonly (string | number | Xml)[];

/** An element's attributes and children by name. */
export interface Xml {
  readonly [name: string]: XmlContent;
}

/** Loaded by who has a document to write or to read: it takes an eighth of what all of the command's modules take to load. */
const builder = (): typeof import("xmlbuilder2") => require("xmlbuilder2");

/** A document of one root element, indented, without a declaration: libvirt reads and prints it so. */
export function renderXml(root: Xml): string {
  return `${builder().create(root).end({ headless: true, prettyPrint: true })}\n`;
}

/**
 * Reads a document such as `virsh dumpxml` prints.
 * @throws on text that is no XML
 */
export function readXml(text: string): XMLBuilder {
  return builder().create(text);
}
