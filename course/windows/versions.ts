import type { Amounts } from "../demand";

/** Versions of Windows that a guest may have, as the configuration names them. */
export const WINDOWS_VERSIONS = ["server-2019", "server-2022", "server-2025", "10", "11"] as const;

/** One of the versions. */
export type WindowsVersion = (typeof WINDOWS_VERSIONS)[number];

/** What Microsoft asks for at the least for a version. */
export interface WindowsVersionTraits {
  /** As Microsoft calls it. */
  readonly name: string;
  /** MiB, GiB and processors at the least. */
  readonly least: Amounts;
  /** Whether it wants a firmware that can Secure Boot, and a TPM 2.0. */
  readonly trusted: boolean;
  /** The page that says so. */
  readonly source: string;
}

const SERVER_PAGE = "learn.microsoft.com/windows-server/get-started/hardware-requirements";

/** Windows Server with its desktop; the page asks for 512 MiB without, which its first start does not always do with. */
const server = (year: number): WindowsVersionTraits => ({
  name: `Windows Server ${year}`,
  least: { cpus: 1, memory: 2048, disk: 32 },
  trusted: false,
  source: SERVER_PAGE,
});

/** What each version asks for; as of 2026-11. */
export const WINDOWS: Readonly<Record<WindowsVersion, WindowsVersionTraits>> = {
  "server-2019": server(2019),
  "server-2022": server(2022),
  "server-2025": server(2025),
  "10": {
    name: "Windows 10",
    least: { cpus: 1, memory: 2048, disk: 32 },
    trusted: false,
    source: "microsoft.com/windows/windows-10-specifications",
  },
  "11": {
    name: "Windows 11",
    least: { cpus: 2, memory: 4096, disk: 64 },
    trusted: true,
    source: "microsoft.com/windows/windows-11-specifications",
  },
};

/** Memory in MiB that a Windows needs at the least to run guests by its Hyper-V, and the page that says so. */
export const HYPERV_LEAST = {
  memory: 4096,
  source: "learn.microsoft.com/windows-server/virtualization/hyper-v/host-hardware-requirements",
} as const;
