/** Components of cloud hosts, whose outputs tell how each is reached. */
export const HOST_TYPES: readonly string[] = ["classlab:index:Ec2Host", "classlab:index:AzureHost"];
