/** Something that the manual of 2019 uses and its maker no longer mends. */
export interface EndOfSupport {
  readonly product: string;
  /** Month of the end, `2021-04`. */
  readonly ended: string;
  /** The maker's own page. */
  readonly source: string;
}

/** What the edition of 2019 stands on, as of 2026-11 (course.md, "What changed since the manual was written"). */
export const ENDS_OF_SUPPORT: readonly EndOfSupport[] = [
  { product: "Ubuntu 16.04", ended: "2021-04", source: "ubuntu.com/about/release-cycle" },
  { product: "VirtualBox 6.0", ended: "2020-07", source: "virtualbox.org/wiki/Download_Old_Builds_6_0" },
  {
    product: "Windows 10",
    ended: "2025-10",
    source: "learn.microsoft.com/lifecycle/products/windows-10-home-and-pro",
  },
  { product: "Docker Compose v1", ended: "2023-07", source: "docs.docker.com/compose/releases/migrate" },
  { product: "MySQL 5.7", ended: "2023-10", source: "mysql.com/support/eol-notice.html" },
  { product: "PHP 7.0", ended: "2019-01", source: "php.net/eol.php" },
];
