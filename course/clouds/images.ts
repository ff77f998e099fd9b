import type { CloudHostConfig } from "../hosts";

/**
 * Ubuntu's own parameter for the newest image of the release that hosts run (documentation.ubuntu.com/aws, "Find Ubuntu images on AWS":
 * from 24.04 on the volume is `ebs-gp3`).
 */
const UBUNTU_PARAMETER = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";

/** Amazon's own for Windows Server (Amazon EC2 Windows AMI reference, "Find a Windows AMI"): the release that has OpenSSH's server from the start. */
const WINDOWS_PARAMETER = "/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base";

/** The public parameter of Amazon's that names the newest image of what a host runs. */
export function imageParameter({ os }: Pick<CloudHostConfig, "os">): string {
  return os === "windows" ? WINDOWS_PARAMETER : UBUNTU_PARAMETER;
}

/** The same on Azure (documentation.ubuntu.com/azure, "Find Ubuntu images on Azure"). */
const AZURE_UBUNTU = {
  publisher: "Canonical",
  offer: "ubuntu-24_04-lts",
  sku: "server",
  version: "latest",
} as const;

/** Windows Server there (learn.microsoft.com, "Find and use Azure Marketplace VM images"), of generation 2. */
const AZURE_WINDOWS = {
  publisher: "MicrosoftWindowsServer",
  offer: "WindowsServer",
  sku: "2025-datacenter-azure-edition",
  version: "latest",
} as const;

/** What Azure knows the image by of what a host runs. */
export function azureImage({ os }: Pick<CloudHostConfig, "os">): typeof AZURE_UBUNTU | typeof AZURE_WINDOWS {
  return os === "windows" ? AZURE_WINDOWS : AZURE_UBUNTU;
}
