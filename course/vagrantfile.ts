import type { LabConfig } from "./config";
import type { LabPlan, TeamPlan } from "./plan";

/**
 * The box of each edition: the manual's (L934), out of support since April 2021, and the same maker's for Ubuntu 22.04,
 * supported until April 2027 (ubuntu.com, release cycle); both are made for Hyper-V and VirtualBox (lavabit/robox).
 */
export const VAGRANT_BOXES: Readonly<Record<LabConfig["edition"], string>> = {
  current: "generic/ubuntu2204",
  "2019": "generic/ubuntu1604",
};

/** The hypervisors of the course that Vagrant drives: the manual's (L945) and the one that the course begins with. */
export const PROVIDERS = ["hyperv", "virtualbox"] as const;

/** One of them. */
export type Provider = (typeof PROVIDERS)[number];

/** The manual's values (L935–939). */
const CPUS = 2;
const MEMORY = 4096;

/** The same values by the names that each provider has for them (developer.hashicorp.com/vagrant/docs/providers). */
const SETTINGS: Readonly<Record<Provider, (name: string) => string>> = {
  hyperv: (name) => `  config.vm.provider "hyperv" do |h|
    h.vmname = "${name}"
    h.cpus = ${CPUS}
    h.maxmemory = ${MEMORY}
    h.enable_virtualization_extensions = true
  end`,
  virtualbox: (name) => `  config.vm.provider "virtualbox" do |v|
    v.name = "${name}"
    v.cpus = ${CPUS}
    v.memory = ${MEMORY}
    v.customize ["modifyvm", :id, "--nested-hw-virt", "on"]
  end`,
};

function render(
  edition: LabConfig["edition"],
  names: { readonly hostname: string; readonly vmname: string },
  provider: Provider = "hyperv",
) {
  return `Vagrant.configure("2") do |config|
  config.vm.box = "${VAGRANT_BOXES[edition]}"
  config.vm.hostname = "${names.hostname}"
${SETTINGS[provider](names.vmname)}
end
`;
}

/**
 * A team's Vagrantfile: the manual's (L933–940) with the frame that it leaves out and names of the team's own, since teams
 * may share a server. Vagrant asks for the Hyper-V switch at the first `vagrant up`: it sets no network there
 * (hashicorp/vagrant#8384).
 * @param provider Hyper-V, the manual's, where none is named
 */
export function renderVagrantfile(
  plan: Pick<LabPlan, "lab" | "edition">,
  team: Pick<TeamPlan, "id">,
  provider?: Provider,
): string {
  return render(plan.edition, { hostname: team.id, vmname: `${plan.lab}-${team.id}-vagrant` }, provider);
}

/** The Vagrantfile as a sheet shows it, for whatever team. */
export function sampleVagrantfile(edition: LabConfig["edition"]): string {
  return render(edition, { hostname: "team-01", vmname: "team-01-vagrant" });
}
