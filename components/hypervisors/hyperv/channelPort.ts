/**
 * Port of the virtual socket on which a guest's management channel listens. Below 1024, so that none but root takes it; not 22, which systemd itself
 * listens on in virtual machines from version 256 on (systemd-ssh-generator(8)). Classlab.HyperV.psm1 has it as the service's id.
 */
export const CHANNEL_PORT = 1022;
