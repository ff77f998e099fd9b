import type { AdapterPlan, DockerStackPlan, GuestPlan } from "../plan";
import { SSH_PORT } from "../ports";
import { type Box, boxOf, largest, type Text, textOf } from "./scene";
import { portsOf } from "./shapes";
import { boxRow, columnOf, rowOf, shifted, tableOf } from "./stack";
import type { Words } from "./words";

const PADDING = 10;
const GAP = 6;
const NAME = { size: 14, bold: true } as const;
const SMALL = { size: 11, muted: true } as const;
const ROW = { size: 12 } as const;

/** Where an adapter's line leaves the box of its guest. */
export interface AdapterPort {
  readonly adapter: Exclude<AdapterPlan, { readonly mode: "disabled" }>;
  /** Its number among the guest's adapters, from 0. */
  readonly index: number;
  /** From the top of the box. */
  readonly y: number;
}

/** What a stack is called in a picture. */
export function stackWords(stack: DockerStackPlan, words: Words): string {
  return stack.kind === "nginx-farm" ? words.farm(stack.count) : words.stack[stack.kind];
}

/** A stack's ports, each range with where it is published. */
export function portWords(guest: GuestPlan, ports: readonly number[]): string[] {
  return portsOf(guest, ports).map(({ guest: own, host }) =>
    host === undefined ? `:${own}` : `:${own} → 127.0.0.1:${host}`,
  );
}

/** Where a guest's SSH is published; nothing where its addresses are routed. */
export function sshWords(guest: GuestPlan): string[] {
  return guest.published.some(({ guestPort }) => guestPort === SSH_PORT) ? portWords(guest, [SSH_PORT]) : [];
}

/** A guest's adapters in rows: the switch and the address. */
export function adapterRows(guest: GuestPlan, words: Words): Text[][] {
  const aligned = guest.adapters.some((adapter) => adapter.mode !== "disabled");
  const quiet = { ...ROW, muted: true, ...(aligned ? ({ sample: "disabled" } as const) : {}) };
  if (guest.adapters.length === 0) return [[textOf(words.noAdapter, quiet)]];
  return guest.adapters.map((adapter, index) =>
    adapter.mode === "disabled"
      ? [textOf(words.disabled(index + 1), quiet)]
      : [
          textOf(adapter.switch, { ...ROW, sample: adapter.mode }),
          textOf(adapter.address, { ...ROW, bold: true }),
        ],
  );
}

/** A box for each of what listens in a guest, the ports of all under one another. */
function serviceBoxes(
  services: readonly { readonly name: string; readonly ports: readonly string[] }[],
): Box[] {
  const names = largest(services.map(({ name }) => textOf(name, ROW).width));
  return services.map(({ name, ports }) => {
    const rows = ports.map((port, line) => [
      { ...textOf(line === 0 ? name : "", ROW), width: names },
      textOf(port, ROW),
    ]);
    const column = shifted(tableOf(rows, 10), 8, 2);
    const texts = column.texts.map((text) => ({ ...text, width: textOf(text.text, ROW).width }));
    return boxOf("stack", column.width + 16, column.height + 4, { title: name, texts });
  });
}

/** A guest with its adapters' addresses and its stacks' ports. */
export function guestBox(
  guest: GuestPlan,
  words: Words,
): { readonly box: Box; readonly ports: readonly AdapterPort[] } {
  const hardware = [words.hardware(guest.cpus, guest.memory.max), ...(guest.nested ? [words.nested] : [])];
  const head = rowOf([textOf(guest.name, NAME), textOf(hardware.join(" · "), SMALL)], 12);
  const adapters = tableOf(adapterRows(guest, words), 10);
  const services = serviceBoxes([
    ...sshWords(guest).map((port) => ({ name: "SSH", ports: [port] })),
    ...guest.docker.map((stack) => ({
      name: stackWords(stack, words),
      ports: portWords(guest, stack.ports),
    })),
  ]);
  const widest = largest([head.width, adapters.width, ...services.map((box) => box.width)]);
  const below = columnOf(
    services.map((box) => boxRow({ ...box, width: widest })),
    4,
  );
  const content = columnOf([head, adapters, ...(services.length > 0 ? [below] : [])], GAP);
  const placed = shifted(content, PADDING, PADDING - 2);
  const rowHeight = textOf("", ROW).height;
  const top = PADDING - 2 + head.height + GAP;
  return {
    ports: guest.adapters.flatMap((adapter, index): AdapterPort[] =>
      adapter.mode === "disabled" ? [] : [{ adapter, index, y: top + (index + 0.5) * rowHeight }],
    ),
    box: boxOf("guest", placed.width + 2 * PADDING, placed.height + 2 * PADDING - 2, {
      title: guest.name,
      texts: placed.texts,
      boxes: placed.boxes,
    }),
  };
}

/** A guest's box made as wide as others beside it. */
export function widened(box: Box, width: number): Box {
  const more = width - box.width;
  return { ...box, width, boxes: box.boxes.map((inner) => ({ ...inner, width: inner.width + more })) };
}
