import type { SwitchMode } from "../modes";
import type { BoxKind } from "./scene";

/** How a picture is shown. */
export const THEMES = ["light", "dark", "print"] as const;

/** One of the themes. */
export type Theme = (typeof THEMES)[number];

/** The colours of a box. */
export interface Paint {
  readonly fill: string;
  readonly stroke: string;
}

/** The colours of a theme. Texts have a contrast of at least 4.5 to what is behind them (WCAG 2.2, 1.4.3), lines 3 (1.4.11). */
export interface Colours {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  /** Boxes that are drawn; the others only hold something. */
  readonly boxes: Readonly<Partial<Record<BoxKind, Paint>>>;
  readonly modes: Readonly<Record<SwitchMode, string>>;
}

/** The colours of every theme. */
export const COLOURS: Readonly<Record<Theme, Colours>> = {
  light: {
    background: "#ffffff",
    text: "#16202b",
    muted: "#51606f",
    boxes: {
      legend: { fill: "#ffffff", stroke: "#d5dce3" },
      host: { fill: "#f3f6f9", stroke: "#7d8b99" },
      team: { fill: "#ffffff", stroke: "#7d8b99" },
      card: { fill: "#ffffff", stroke: "#aab5c0" },
      guest: { fill: "#eaf1f8", stroke: "#5b7083" },
      stack: { fill: "#ffffff", stroke: "#aab5c0" },
      switch: { fill: "#ffffff", stroke: "#7d8b99" },
      tag: { fill: "#fff3c4", stroke: "#8a6d00" },
    },
    modes: {
      bridged: "#0b5cad",
      "nat-network": "#0a7050",
      nat: "#a34d00",
      "host-only": "#6d3bb0",
      internal: "#b0204f",
    },
  },
  dark: {
    background: "#10151b",
    text: "#e9eef3",
    muted: "#a8b4c0",
    boxes: {
      legend: { fill: "#10151b", stroke: "#3a4653" },
      host: { fill: "#171e26", stroke: "#748393" },
      team: { fill: "#10151b", stroke: "#748393" },
      card: { fill: "#10151b", stroke: "#4b5966" },
      guest: { fill: "#22303d", stroke: "#8296a8" },
      stack: { fill: "#16202a", stroke: "#4b5966" },
      switch: { fill: "#171e26", stroke: "#748393" },
      tag: { fill: "#3d3200", stroke: "#e0c34a" },
    },
    modes: {
      bridged: "#72b6ff",
      "nat-network": "#55d3a3",
      nat: "#ffb066",
      "host-only": "#c8a2ff",
      internal: "#ff93b8",
    },
  },
  print: {
    background: "#ffffff",
    text: "#000000",
    muted: "#404040",
    boxes: {
      legend: { fill: "#ffffff", stroke: "#b0b0b0" },
      host: { fill: "#ffffff", stroke: "#303030" },
      team: { fill: "#ffffff", stroke: "#606060" },
      card: { fill: "#ffffff", stroke: "#808080" },
      guest: { fill: "#f2f2f2", stroke: "#303030" },
      stack: { fill: "#ffffff", stroke: "#909090" },
      switch: { fill: "#ffffff", stroke: "#303030" },
      tag: { fill: "#ffffff", stroke: "#000000" },
    },
    modes: {
      bridged: "#0b4f94",
      "nat-network": "#075c41",
      nat: "#8a4100",
      "host-only": "#5a2d96",
      internal: "#931a41",
    },
  },
};

/** A mode's line, told apart without colour: lengths of its dashes and of the room between them; an unbroken line for none. */
export const DASHES: Readonly<Record<SwitchMode, string | undefined>> = {
  bridged: undefined,
  "nat-network": "7 4",
  nat: "2 3",
  "host-only": "7 3 2 3",
  internal: "4 3",
};
