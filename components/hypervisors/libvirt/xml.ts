import { create } from "xmlbuilder2";

/** What an element holds: its text, or attributes (`@name`) and children; a list is several elements of one name. */
export type XmlContent = string | number | Xml | readonly (string | number | Xml)[];

/** An element's attributes and children by name. */
export interface Xml {
  readonly [name: string]: XmlContent;
}

/** A document of one root element, indented, without a declaration: libvirt reads and prints it so. */
export function renderXml(root: Xml): string {
  return `${create(root).end({ headless: true, prettyPrint: true })}\n`;
}
