/**
 * Ubuntu's own parameter for the newest image of the release that hosts run (documentation.ubuntu.com/aws, "Find Ubuntu images on AWS":
 * from 24.04 on the volume is `ebs-gp3`).
 */
export const IMAGE_PARAMETER =
  "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";

/** The same on Azure (documentation.ubuntu.com/azure, "Find Ubuntu images on Azure"). */
export const AZURE_IMAGE = {
  publisher: "Canonical",
  offer: "ubuntu-24_04-lts",
  sku: "server",
  version: "latest",
} as const;
