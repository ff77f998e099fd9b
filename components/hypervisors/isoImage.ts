/** Bytes of a sector (ECMA-119, 6.1.2). */
const SECTOR = 2048;

/** Sectors before the first volume descriptor, which belong to the system (ECMA-119, 6.2.1). */
const SYSTEM_SECTORS = 16;

/** Where the parts of an image are: two descriptors and their end, path tables in both orders of bytes, folders, files. */
const PLACES = {
  primary: SYSTEM_SECTORS,
  joliet: SYSTEM_SECTORS + 1,
  end: SYSTEM_SECTORS + 2,
  primaryTables: SYSTEM_SECTORS + 3,
  jolietTables: SYSTEM_SECTORS + 5,
  primaryFolder: SYSTEM_SECTORS + 7,
  jolietFolder: SYSTEM_SECTORS + 8,
  files: SYSTEM_SECTORS + 9,
} as const;

/** The names and texts of one of the two trees. */
interface Tree {
  readonly text: (text: string) => Buffer;
  readonly name: (file: string) => Buffer;
  readonly folder: number;
  readonly tables: number;
}

/** A name of the characters and the length that ECMA-119 lets every reader expect: eight, without an extension, version 1. */
function shortName(file: string): string {
  return `${file
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, "_")
    .slice(0, 8)}.;1`;
}

/** UCS-2 with the high byte first (Joliet Specification, "Character Sets"). */
const ucs2 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

const PRIMARY: Tree = {
  text: (text) => Buffer.from(text, "ascii"),
  name: (file) => Buffer.from(shortName(file), "ascii"),
  folder: PLACES.primaryFolder,
  tables: PLACES.primaryTables,
};

const JOLIET: Tree = {
  text: ucs2,
  name: ucs2,
  folder: PLACES.jolietFolder,
  tables: PLACES.jolietTables,
};

/** A number in both orders of bytes (ECMA-119, 7.2.3 and 7.3.3). */
function both(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes * 2);
  buffer.writeUIntLE(value, 0, bytes);
  buffer.writeUIntBE(value, bytes, bytes);
  return buffer;
}

/** The first of January 2000: an image is the same whenever it is made (ECMA-119, 9.1.5). */
const DATE = Buffer.from([100, 1, 1, 0, 0, 0, 0]);

/** A date that is not specified (ECMA-119, 8.4.26.1). */
const NO_DATE = Buffer.concat([Buffer.alloc(16, "0"), Buffer.alloc(1)]);

/** A record of a folder (ECMA-119, 9.1). */
function record(name: Buffer, place: number, size: number, folder: boolean): Buffer {
  const length = 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
  const head = Buffer.concat([
    Buffer.from([length, 0]),
    both(place, 4),
    both(size, 4),
    DATE,
    Buffer.from([folder ? 2 : 0, 0, 0]),
    both(1, 2),
    Buffer.from([name.length]),
    name,
  ]);
  return Buffer.concat([head, Buffer.alloc(length - head.length)]);
}

const sector = (...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([content, Buffer.alloc((SECTOR - (content.length % SECTOR)) % SECTOR)]);
};

function padded(text: Buffer, length: number, space: Buffer): Buffer {
  return Buffer.concat([text, Buffer.alloc(length - text.length, space)]);
}

/** A volume descriptor (ECMA-119, 8.4 and 8.5). */
function descriptor(type: 1 | 2, tree: Tree, label: string, sectors: number): Buffer {
  const space = tree.text(" ");
  const text = (content: string, length: number) => padded(tree.text(content), length, space);
  const table = (order: "LE" | "BE", place: number) => {
    const buffer = Buffer.alloc(8);
    buffer[`writeUInt32${order}`](place, 0);
    return buffer;
  };
  return sector(
    Buffer.from([type]),
    Buffer.from("CD001\u0001\u0000", "latin1"),
    text("", 32),
    text(label, 32),
    Buffer.alloc(8),
    both(sectors, 4),
    // UCS-2 level 3 (Joliet Specification, "Escape Sequences"); none in the primary descriptor.
    padded(type === 2 ? Buffer.from("%/E", "ascii") : Buffer.alloc(0), 32, Buffer.alloc(1)),
    both(1, 2),
    both(1, 2),
    both(SECTOR, 2),
    both(ROOT_TABLE, 4),
    table("LE", tree.tables),
    table("BE", tree.tables + 1),
    record(Buffer.alloc(1), tree.folder, SECTOR, true),
    text("", 4 * 128),
    text("", 37),
    text("", 37),
    text("", 37),
    NO_DATE,
    NO_DATE,
    NO_DATE,
    NO_DATE,
    Buffer.from([1]),
  );
}

/** Bytes of a path table that has the root alone (ECMA-119, 9.4). */
const ROOT_TABLE = 10;

function pathTables(tree: Tree): Buffer[] {
  return (["LE", "BE"] as const).map((order) => {
    const entry = Buffer.alloc(ROOT_TABLE);
    entry.writeUInt8(1, 0);
    entry[`writeUInt32${order}`](tree.folder, 2);
    entry[`writeUInt16${order}`](1, 6);
    return sector(entry);
  });
}

/** A file in an image. */
interface Placed {
  readonly name: string;
  readonly content: Buffer;
  readonly place: number;
}

function folder(tree: Tree, files: readonly Placed[]): Buffer {
  const own = [0, 1].map((self) => record(Buffer.from([self]), tree.folder, SECTOR, true));
  const named = files
    .map((file) => ({ ...file, in: tree.name(file.name) }))
    .sort((a, b) => Buffer.compare(a.in, b.in));
  const content = sector(
    ...own,
    ...named.map((file) => record(file.in, file.place, file.content.length, false)),
  );
  if (content.length > SECTOR) throw new Error(`a folder with ${files.length} files is larger than a sector`);
  return content;
}

/**
 * An ISO 9660 image of some small files in its root, with Joliet, in which names are as they are; without UDF, which cloud-init would
 * not take for a seed (cloud-init, DataSourceNoCloud). The same files give the same bytes.
 * @param label of the volume: letters and digits, 16 at the most
 * @param files texts by name
 * @throws where the files do not fit into one sector of a folder, a defect of the caller
 */
export function isoImage(label: string, files: Readonly<Record<string, string>>): Buffer {
  let next: number = PLACES.files;
  const placed = Object.entries(files).map(([name, text]): Placed => {
    const content = Buffer.from(text, "utf8");
    const place = next;
    next += Math.ceil(content.length / SECTOR);
    return { name, content, place };
  });
  return Buffer.concat([
    Buffer.alloc(SYSTEM_SECTORS * SECTOR),
    descriptor(1, PRIMARY, label, next),
    descriptor(2, JOLIET, label, next),
    sector(Buffer.from("\u00ffCD001\u0001", "latin1")),
    ...pathTables(PRIMARY),
    ...pathTables(JOLIET),
    folder(PRIMARY, placed),
    folder(JOLIET, placed),
    ...placed.map(({ content }) => sector(content)),
  ]);
}
