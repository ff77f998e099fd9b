import fc from "fast-check";
import {
  type Conversion,
  convertCalls,
  DISK_KINDS,
  filesOf,
  formatOfDriver,
  formatOfName,
  IMAGE_FORMATS,
  largestIn,
  measureArguments,
  notesOn,
  sizeIn,
  zerosBeyond,
} from "../../course/diskFormats";

const MIB = 1024 ** 2;
const order = (more: Partial<Conversion>): Conversion => ({
  from: "qcow2",
  to: "vdi",
  kind: "dynamic",
  source: "/in",
  target: "/out",
  size: 10 * MIB,
  ...more,
});

test.each([
  ["ubuntu14-desktop.vhdx", "vhdx"],
  ["C.VHD", "vhd"],
  ["/a.vdi/b.vmdk", "vmdk"],
  ["disk.tar.raw", "raw"],
  ["x.qcow2", "qcow2"],
  // Ubuntu's cloud images are qcow2 and end so; others are raw.
  ["noble-server-cloudimg-amd64.img", undefined],
  ["/a.vdi/b", undefined],
  ["vdi", undefined],
  ["", undefined],
])("%s is %s by its name", (name, format) => {
  expect(formatOfName(name)).toBe(format);
});

test("a driver of qemu-img leads back to the format", () => {
  expect(formatOfDriver("vpc")).toBe("vhd");
  expect(formatOfDriver("vhdx")).toBe("vhdx");
  expect(formatOfDriver("luks")).toBeUndefined();
});

test.each([
  ["vdi", "dynamic", "vdi", "static=off", false],
  ["vdi", "fixed", "vdi", "static=on", true],
  ["vhd", "dynamic", "vpc", "subformat=dynamic,force_size=on", false],
  ["vhd", "fixed", "vpc", "subformat=fixed,force_size=on", true],
  ["vhdx", "dynamic", "vhdx", "subformat=dynamic", false],
  ["vhdx", "fixed", "vhdx", "subformat=fixed", true],
  ["vmdk", "dynamic", "vmdk", "subformat=monolithicSparse", false],
  ["vmdk", "fixed", "vmdk", "subformat=monolithicFlat", true],
  ["qcow2", "dynamic", "qcow2", "compat=1.1,preallocation=off", false],
  ["qcow2", "fixed", "qcow2", "compat=1.1,preallocation=falloc", false],
  ["raw", "dynamic", "raw", "preallocation=off", false],
  ["raw", "fixed", "raw", "preallocation=falloc", false],
] as const)("to %s, %s: %s with %s", (to, kind, driver, options, zeros) => {
  expect(convertCalls(order({ to, kind }))).toEqual([
    [
      "convert",
      "-p",
      "-f",
      "qcow2",
      "-O",
      driver,
      ...(zeros ? ["-S", "0"] : []),
      "-o",
      options,
      "/in",
      "/out",
    ],
  ]);
});

test("a VHD of another size is made in that size and then filled", () => {
  expect(convertCalls(order({ from: "vhd", to: "vhd", kind: "fixed", size: 3 * MIB + 512 }))).toEqual([
    ["create", "-q", "-f", "vpc", "-o", "subformat=fixed,force_size=on", "/out", String(4 * MIB)],
    ["convert", "-p", "-f", "vpc", "-O", "vpc", "-S", "0", "-n", "/in", "/out"],
  ]);
  expect(convertCalls(order({ to: "vhd", size: 3 * MIB + 512 }))[1]).toEqual([
    "convert",
    "-p",
    "-f",
    "qcow2",
    "-O",
    "vpc",
    "-n",
    "--target-is-zero",
    "/in",
    "/out",
  ]);
  expect(zerosBeyond(order({ to: "vhd", kind: "fixed", size: 3 * MIB + 512 }))).toEqual({
    from: 3 * MIB + 512,
    count: MIB - 512,
  });
  for (const more of [{ kind: "dynamic" }, { size: 3 * MIB }, { to: "vdi" }] as const)
    expect(zerosBeyond(order({ to: "vhd", kind: "fixed", size: 3 * MIB + 512, ...more }))).toBeUndefined();
});

test("sizes: a VHD's is whole MiB, the others' whole sectors; never smaller, never more than one unit larger", () => {
  expect(sizeIn("vhd", 3 * MIB)).toBe(3 * MIB);
  expect(sizeIn("vhd", 3 * MIB + 1)).toBe(4 * MIB);
  expect(sizeIn("vhdx", 3 * MIB + 512)).toBe(3 * MIB + 512);
  fc.assert(
    fc.property(
      fc.constantFrom(...IMAGE_FORMATS),
      fc.integer({ min: 1, max: 2 ** 42 / 512 }),
      (format, sectors) => {
        const size = sectors * 512;
        const made = sizeIn(format, size);
        const unit = format === "vhd" ? MIB : 512;
        return made >= size && made < size + unit && made % unit === 0;
      },
    ),
  );
});

test("the largest VHD is 2040 GiB, the largest VHDX 64 TiB", () => {
  expect(largestIn("vhd")).toBe(2_190_433_320_960);
  expect(largestIn("vhdx")).toBe(70_368_744_177_664);
});

test("a fixed VMDK is two files, the description last; every other disk is one", () => {
  expect(filesOf("vmdk", "fixed", "a.b.vmdk")).toEqual(["a.b-flat.vmdk", "a.b.vmdk"]);
  for (const format of IMAGE_FORMATS)
    for (const kind of DISK_KINDS)
      if (format !== "vmdk" || kind !== "fixed") expect(filesOf(format, kind, "a.x")).toEqual(["a.x"]);
});

test("what a dynamic disk takes is measured in the unit of its format", () => {
  expect(measureArguments("vmdk", "vhd", "/in")).toEqual([
    "measure",
    "--output=json",
    "-O",
    "qcow2",
    "-o",
    `cluster_size=${2 * MIB}`,
    "-f",
    "vmdk",
    "/in",
  ]);
});

test("notes: Hyper-V and Azure, a size that changed, two files", () => {
  const codes = (more: Partial<Conversion>) => notesOn(order(more), "out.x").map(({ code }) => code);
  expect(codes({ to: "qcow2" })).toEqual([]);
  expect(codes({ to: "vhdx", kind: "fixed" })).toEqual(["hyperv-sparse"]);
  expect(codes({ to: "vhd" })).toEqual(["hyperv-sparse", "azure-fixed"]);
  expect(codes({ to: "vhd", kind: "fixed" })).toEqual(["hyperv-sparse"]);
  expect(codes({ to: "vmdk", kind: "fixed" })).toEqual(["two-files"]);
  const rounded = notesOn(order({ to: "vhd", kind: "fixed", size: MIB + 512 }), "out.vhd");
  expect(rounded[0]).toEqual({
    code: "size-rounded",
    text: "The disk has 2097152 bytes now, 1048064 zeros more than before: Azure takes a VHD of whole MiB only.",
  });
  expect(rounded[1]?.text).toMatch(/fsutil sparse setFlag "out\.vhd" 0$/);
});
