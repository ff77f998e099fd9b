import type { FaultCode } from "./faults";

/** The groups of causes, in the order in which they are shown. */
export const CAUSE_GROUPS = [
  "The configuration",
  "The command",
  "This machine",
  "A host over SSH",
  "The room's PCs",
  "Images",
  "The lab's state",
  "Running",
] as const;

/** What is said of a cause beyond its one line: for whoever runs a class, in plain words. */
export interface Cause {
  readonly group: (typeof CAUSE_GROUPS)[number];
  /** What has happened, and what it means for the lab. */
  readonly means: string;
  /** The steps to take, in the order in which to try them. */
  readonly steps: readonly [string, ...string[]];
}

/** Every cause of the closed list explained; one that is missing does not compile. */
export const CAUSES: Readonly<Record<FaultCode, Cause>> = {
  "config-file": {
    group: "The configuration",
    means:
      "The file that describes the lab is not where classlab looked for it, or the name given is that of a folder.",
    steps: [
      "Check the name after `--stack` (`--stack NAME` reads `Pulumi.NAME.yaml` of the checkout) or after `--config`.",
      "Without either option the lab is `dev`, described by `Pulumi.dev.yaml`.",
    ],
  },
  "config-yaml": {
    group: "The configuration",
    means:
      "The file was found but cannot be read as YAML, so nothing in it was looked at. The message names the first line that is wrong.",
    steps: [
      "Look at that line and the one before it: most often spaces at the start of a line, a missing colon or a key that stands twice.",
      "Compare the file with `Pulumi.dev.yaml`.",
    ],
  },
  "config-missing": {
    group: "The configuration",
    means: "The file is a good YAML file, but no lab is described in it.",
    steps: [
      "Put the description under `config:` and `classlab:lab:`, as in `Pulumi.dev.yaml`.",
      "If it is another program's file, name the right one with `--config`.",
    ],
  },
  "config-unknown-key": {
    group: "The configuration",
    means:
      "The description has a key that classlab does not know, most often a spelling mistake. Nothing is passed over in silence: a setting that has no effect would come to light in the middle of a class.",
    steps: ["Correct the key at the place named. The message lists those that may stand there."],
  },
  "config-value": {
    group: "The configuration",
    means: "A value in the description is of the wrong kind, too large, too small, or missing.",
    steps: ["Change the value at the place named to what the message expects."],
  },
  "secret-in-lab": {
    group: "The configuration",
    means:
      "An encrypted value stands inside the description of the lab. The description is planned, printed and drawn, so a secret in it would be read by everybody.",
    steps: [
      "Move the value to a key of its own beside `classlab:lab`, with `pulumi config set --secret`.",
      "Passwords of the lab itself need not be given: every team's are made by the first `up`.",
    ],
  },
  "duplicate-team": {
    group: "The configuration",
    means: "Two teams have the same id, or a team's id is one that classlab needs itself.",
    steps: ["Give each team an id of its own."],
  },
  "duplicate-slot": {
    group: "The configuration",
    means:
      "Two teams have the same slot. A team's addresses come from its slot, so both would have the same addresses.",
    steps: [
      "Give each team a `slot` of its own, from 1 to 1000. Without the key, it is the number that the team's id ends with.",
    ],
  },
  "duplicate-switch": {
    group: "The configuration",
    means: "Two switches have the same name, so an adapter that names it could mean either.",
    steps: ["Rename one of them, and the adapters that are to be on it."],
  },
  "duplicate-guest": {
    group: "The configuration",
    means: "Two guests would have the same name on this machine.",
    steps: ["Rename one of the guests, or one of the teams where their names only meet when joined."],
  },
  "duplicate-docker-stack": {
    group: "The configuration",
    means:
      "One guest is to have two Docker stacks of the same kind; their containers would have the same names.",
    steps: ["Remove one of them, or move it to another guest."],
  },
  "duplicate-address": {
    group: "The configuration",
    means: "Two adapters on one switch are given the same address.",
    steps: [
      "Change one of the addresses, or leave the key `address` out: classlab then chooses one.",
      "Remember that the address of a guest is that of the first team; other teams' addresses are counted on from their slot.",
    ],
  },
  "duplicate-port": {
    group: "The configuration",
    means: "Two services of one guest are to listen on the same port.",
    steps: ["Give one of them another `port`, or the farm another `firstPort`."],
  },
  "unknown-switch": {
    group: "The configuration",
    means: "An adapter names a switch that the description does not have.",
    steps: ["Correct the name, or add the switch under `switches`."],
  },
  "mode-unsupported": {
    group: "The configuration",
    means:
      "The place where the guests run cannot do this kind of network. The message says why and what to use instead.",
    steps: ["Use the mode that the message names."],
  },
  "target-not-built": {
    group: "The configuration",
    means:
      "The lab is planned for a hypervisor or a cloud that this version cannot make guests on yet. Nothing was made.",
    steps: [
      "Look at the lab with `classlab plan`: it needs nothing of the target.",
      "To try it, set `target: containers` and a host of kind `this-machine`.",
    ],
  },
  "feature-unsupported": {
    group: "The configuration",
    means:
      "A guest or a switch asks for something that the place where the guests run does not have. The message says why and what to use instead; docs/support.md shows what each place can do.",
    steps: [
      "Use what the message names, or take the key away.",
      "Or set another `target`, for the lab or for the host.",
    ],
  },
  "vlan-invalid": {
    group: "The configuration",
    means: "A VLAN stands where it means nothing, or two switches are the same VLAN.",
    steps: [
      "Give `vlan` only to switches with `mode: bridged`: VLANs divide the classroom LAN.",
      "Put guests of one VLAN on one switch.",
    ],
  },
  "subnet-invalid": {
    group: "The configuration",
    means:
      "The subnet of a switch is too large, too small, is written as an address inside it, or is one that the hypervisor refuses.",
    steps: ["Write the subnet as the message expects it, such as `192.168.99.0/24`."],
  },
  "subnet-overlap": {
    group: "The configuration",
    means: "Two switches of the lab share addresses, so it would be unclear which of them leads to a guest.",
    steps: ["Give the switches subnets that share no address."],
  },
  "address-outside-subnet": {
    group: "The configuration",
    means: "An adapter's address is not one of its switch's subnet; nobody could reach the guest by it.",
    steps: ["Choose an address from the range in the message, or change the switch's subnet with it."],
  },
  "address-reserved": {
    group: "The configuration",
    means: "The address is one that every network needs for itself: its own, the host's, or the one for all.",
    steps: ["Choose an address from the range in the message."],
  },
  "address-space-exhausted": {
    group: "The configuration",
    means:
      "There are more teams or guests than the subnet has addresses, or than this machine has free ports.",
    steps: [
      "Take a larger subnet: the message says how large it has to be.",
      "Where ports are short, spread the teams over several machines.",
    ],
  },
  "name-too-long": {
    group: "The configuration",
    means:
      "The lab's name, which is that of its file, cannot be used: names of guests and networks begin with it.",
    steps: [
      "Rename the file: `Pulumi.NAME.yaml` with lower-case letters, digits and hyphens, 28 characters at most.",
    ],
  },
  "state-unsupported": {
    group: "The configuration",
    means:
      "The lab or one of its teams is to stand at the start or at the end of an exercise, and that cannot be made where the guests run, or is made by learners alone. The message says which, and why.",
    steps: [
      "Take what the message names instead: another target, another exercise, or the start in place of the end.",
      "Without `state` and `exercises` the lab has all that it lists, whatever exercise it is of.",
    ],
  },
  "duplicate-host": {
    group: "The configuration",
    means: "Two hosts have the same name, or are the same machine under two names.",
    steps: [
      "Rename one of them, or remove it.",
      "A cloud host is named by its pattern and its team: choose names that stay apart when a hyphen joins them.",
    ],
  },
  "duplicate-snapshot": {
    group: "The configuration",
    means: "A guest is to have two snapshots of one name, and nobody could say which to go back to.",
    steps: ["Rename or remove one of them."],
  },
  "duplicate-clone": {
    group: "The configuration",
    means: "A clone would have the name of another guest or clone of the team.",
    steps: ["Rename one of them."],
  },
  "unknown-host": {
    group: "The configuration",
    means: "A team is to run on a host that the description does not have.",
    steps: ["Correct the team's `host`, or add the host under `hosts`."],
  },
  "no-room": {
    group: "The configuration",
    means:
      "There are more teams than the hosts have places for. A host has as many as its `maxTeams` says; one unless teams share it; else as many as fit what it has.",
    steps: [
      "Add hosts, or set a higher `maxTeams` where the machine bears it.",
      "Set `shared: true` on a machine that several teams are to share.",
    ],
  },
  "host-name-too-long": {
    group: "The configuration",
    means:
      "A Windows machine in a cloud is named by its pattern and its team, and Windows has room for 15 characters.",
    steps: ["Shorten the host's name or the team's id: with the hyphen they have 15 characters together."],
  },
  "capacity-exceeded": {
    group: "The configuration",
    means:
      "The guests of a host need more than the machine has. Memory and disk count in full, since guests that are all in use have nowhere to go when it runs out.",
    steps: [
      "Place fewer teams there: set a lower `maxTeams` and add another host.",
      "Give the guests less memory, fewer CPUs or smaller disks.",
      "Or take a larger machine, and write what it has under `hosts`.",
    ],
  },
  "target-unsupported": {
    group: "The configuration",
    means:
      "A host cannot run guests in the way that its target says: the hypervisor is of another operating system, does not nest in that cloud, or is no protection from others.",
    steps: ["Set the target that the message names, on the host or for the whole lab."],
  },
  "channel-unsupported": {
    group: "The configuration",
    means:
      "Learners are to come in from elsewhere to guests that are containers. Containers separate networks, not hostile users.",
    steps: ["Take `rdp` and `browser` out of `channels`, or set a target with a hypervisor."],
  },
  "cloud-access": {
    group: "The configuration",
    means: "It is not said who may reach a machine in a cloud, or everybody may.",
    steps: [
      "List the subnets that learners and staff come from under `allowedCidrs`.",
      "If everybody is meant, write that subnet twice.",
    ],
  },
  "bridge-impossible": {
    group: "The configuration",
    means:
      "A guest is to be on the same network as the machine that carries it, and that network does not let it: Wi-Fi and clouds know the machine's own address only.",
    steps: [
      "Put the guest on a switch with `mode: nat-network`.",
      "In a classroom connect the machine by cable, and set `link: wired`.",
    ],
  },
  "windows-image-missing": {
    group: "The configuration",
    means:
      "A guest is to have Windows, and no image is named that it begins with. Microsoft's licences let nobody hand out images of Windows, so that classlab brings none: whoever runs the lab has one, and the right to use it.",
    steps: [
      "Take the evaluation of Windows Server or of Windows Enterprise from Microsoft's Evaluation Center (microsoft.com/evalcenter), as a VHDX where there is one.",
      "Install it on a disk with GPT, for UEFI, and generalize it: `sysprep /generalize /oobe /shutdown`. An image that Microsoft gives as a VHDX of generation 2 is so already.",
      "Name it under `image`: `source`, `sha256` (`sha256sum FILE` prints it) and `windows`.",
    ],
  },
  "windows-too-small": {
    group: "The configuration",
    means:
      "A guest with Windows is to have less memory, disk or processors than Microsoft asks for. Its first start would fail, or take for ever.",
    steps: [
      "Give it what the message expects; the page that it names says why.",
      "For a class, twice as much memory is pleasant: guests of its Hyper-V take theirs out of it.",
    ],
  },
  "windows-image-unusable": {
    group: "Images",
    means:
      "The image of Windows that a guest is to begin with is not where the configuration has it, cannot be fetched, is another than the one whose hash is noted, or is no disk image of the kind that its name says. Nothing was kept of it.",
    steps: [
      "Look on the host, or fetch the address there by hand: the message says which it is.",
      "Compare the hash: `sha256sum FILE`. Where the image was made anew on purpose, note the new one.",
    ],
  },
  "windows-host-unfit": {
    group: "This machine",
    means:
      "A guest with Windows starts by UEFI, and Windows 11 asks for Secure Boot with Microsoft's keys and a TPM 2.0 besides. The host has none of that for its guests, or not all.",
    steps: [
      "Install it on the host: `sudo apt-get install ovmf swtpm swtpm-tools`.",
      "Run the command again: what was missing is looked for anew. `npx classlab doctor` shows what is there.",
    ],
  },
  "memory-invalid": {
    group: "The configuration",
    means: "A dynamic memory is written the wrong way round, or the target has none.",
    steps: [
      "Write `start` between `min` and `max`.",
      "Where the target has no dynamic memory, write one number.",
    ],
  },
  "licence-missing": {
    group: "The configuration",
    means:
      "The class would use something whose licence nobody has accepted, or that is not free for this use.",
    steps: [
      "Read the licence, then say under `licences` that it is accepted and on which basis.",
      "For commercial use buy licences, or leave the exercise out.",
    ],
  },
  "desktop-users": {
    group: "The configuration",
    means: "More learners are to use the desktop of a Windows machine at once than Windows lets in.",
    steps: [
      "Let them come by another channel, or give each a machine.",
      "For a Windows server buy Remote Desktop licences, and write their number under `licences`.",
    ],
  },
  "coexistence-undecided": {
    group: "The configuration",
    means:
      "VirtualBox and Hyper-V would be on one machine. While Hyper-V runs, VirtualBox is slow and its guests run no guests of their own.",
    steps: [
      "Decide, and write it as `coexistence`, for the lab or for a team: `separate-host`, `reboot-between` or `slow`.",
    ],
  },
  "calendar-invalid": {
    group: "The configuration",
    means:
      "The calendar names a day that no year has, a time that the clocks of its zone never show (the hour over which they are put forward in spring), a time zone that is not known, lessons that overlap, or an end that comes too early.",
    steps: [
      "Correct what the message names: days and times are those of the classroom's clock, without a zone.",
      "Write zones as the IANA list does, a part of the world and a town: `Asia/Tokyo`.",
    ],
  },
  "registry-impossible": {
    group: "The configuration",
    means:
      "The registry that the lab is to run for the class (`registry: { run: true }`) cannot stand where it is wanted. It is on the classroom LAN beside guests that are containers of this machine, with an address of its own there, and keeps teams apart by their accounts.",
    steps: [
      "Where guests are on another target, have somebody run a registry, and name it by `registry: { push: …, caCertificate: … }`.",
      "Where its address is taken, choose another one of the LAN: `registry: { run: { address: 192.168.99.253 } }`.",
    ],
  },
  "site-network-invalid": {
    group: "The configuration",
    means:
      "What is said of the room's network does not fit together: its gateway, its range of addresses or a switch is not of its subnet.",
    steps: ["Ask whoever runs the room's network, and correct the value at the place named."],
  },
  "edition-changed": {
    group: "The configuration",
    means:
      "A lab that stands was made for the other edition of the course. Its databases are of another version, which the other edition's cannot read: changed in place, the teams' WordPress would be lost.",
    steps: [
      "Put the edition back, and bring the lab up as it was.",
      "Or begin anew: `npx classlab down`, which removes what the teams made, then `npx classlab up`.",
    ],
  },
  "stack-absent": {
    group: "The command",
    means: "The command is about a lab that was never brought up, or that was taken down.",
    steps: [
      "Bring it up: `npx classlab up`, with the same `--stack` or `--config`.",
      "If it does stand, you are looking in another place: check `CLASSLAB_HOME` and `PULUMI_BACKEND_URL`, and list what stands with `npx classlab sweep`.",
    ],
  },
  "no-team-chosen": {
    group: "The command",
    means: "The command works on teams and was not told which.",
    steps: ["Add --team ID for each team, or --all for every team."],
  },
  "unknown-team": {
    group: "The command",
    means: "`--team` or `--replace` names a team or a guest that the lab does not have. Nothing was changed.",
    steps: ["Look the names up with `npx classlab plan`, and run the command again."],
  },
  "unknown-exercise": {
    group: "The command",
    means: "`--exercise` names an exercise whose check list is not known. Nothing was measured.",
    steps: ["Take one of the ids that the message names, and run the command again."],
  },
  "team-not-alone": {
    group: "The command",
    means:
      "`up --team` names teams of a lab that is one stack, in which no team can be brought up alone. Nothing was changed.",
    steps: [
      "Leave `--team` out: what is as it should be is left alone.",
      "For a stack for each team set `units: per-team` in a new lab; a lab that stands keeps its stacks.",
    ],
  },
  "report-unwritable": {
    group: "The command",
    means:
      "A file that was asked for, such as a report or the stack file of a new lab, cannot be written. Nothing was measured or made.",
    steps: ["Take a folder that exists and that you may write to, and run the command again."],
  },
  "would-replace": {
    group: "The command",
    means:
      "To bring the lab to its description, a guest, a disk or a data volume that stands would have to be removed or made anew, and what learners did in it would be lost. Nothing was changed.",
    steps: [
      "If that was not intended, take the last change of the description back.",
      "Let the learners save what they need, then allow it by name: `npx classlab up --replace TEAM` or `--replace TEAM/GUEST`.",
    ],
  },
  "needs-confirmation": {
    group: "The command",
    means: "The command would remove something and nobody agreed to it. Nothing was changed.",
    steps: [
      "Run it on a terminal and answer `y`, or add `--yes` in a script.",
      "`npx classlab sweep --remove` asks for the name of each lab of which guests run: type it as it is shown.",
    ],
  },
  "roster-missing": {
    group: "The configuration",
    means:
      "The teams of the lab are those of a roster, and the file that `lab.teams.roster` names is not there, or cannot be read.",
    steps: [
      "Check the path: it counts from the folder of the stack file.",
      "Rosters hold names, so they are not in the repository: ask whoever has it for the file, and put it in its place, with its `.lock.json` beside it.",
    ],
  },
  "roster-invalid": {
    group: "The configuration",
    means:
      "The roster was read, and a line of it cannot be understood or contradicts another. The message names the line of the file, and the column as a spreadsheet counts it; it never quotes a learner.",
    steps: [
      "Open the roster, go to the line and the column that the message names, and mend it there.",
      "Save it as CSV, with commas between the columns, as UTF-8 or Shift_JIS. `npx classlab init --roster FILE --yes` writes a sample where there is no file yet.",
    ],
  },
  "roster-lock": {
    group: "The configuration",
    means:
      "The file that keeps who sits where, beside the roster with the ending `.lock.json`, cannot be read. Without it everybody would be given a seat anew, and learners would find another team's work.",
    steps: [
      "Restore the file from a backup or from the repository.",
      "Only if nothing of the lab stands yet: delete it; the next `up` gives seats anew.",
    ],
  },
  "roster-changed": {
    group: "The configuration",
    means:
      "Since the seats were given, the roster was changed so that learners change teams, a team has nobody left, or a team goes to another host. `up` adds learners and frees seats by itself, but it moves nobody unasked. Nothing was changed.",
    steps: [
      "If that is what you want: `npx classlab init --lock`, with the same `--stack` or `--config`, and `up` again.",
      "Otherwise mend the roster: most often a cell in the column team or host, or a line that was deleted.",
    ],
  },
  "file-exists": {
    group: "The command",
    means:
      "`init` or `convert` would write a file that is there already. They overwrite nothing; nothing was written.",
    steps: [
      "Give the new lab another name, by `--name`, or the converted disk another file name.",
      "Or delete the file first, if it is not needed any more.",
    ],
  },
  "disk-format-unknown": {
    group: "The command",
    means:
      "`convert` knows a disk's format by how its file's name ends (`.vdi`, `.vhd`, `.vhdx`, `.vmdk`, `.qcow2`, `.raw`), and this name does not tell. `.img` is used for several formats.",
    steps: [
      "Say the format: `--from` for the file that is read, `--to` for the one that is written.",
      "`qemu-img info FILE` tells what a file holds.",
    ],
  },
  "disk-image-unreadable": {
    group: "The command",
    means:
      "The disk to convert cannot be read: there is no such file, it holds another format than its name says, it is damaged, or a machine that runs is using it. Nothing was written.",
    steps: [
      "If a machine uses it, shut that down in its own system first: a disk that is copied while it is written to is damaged.",
      "If it holds another format, say which with `--from`.",
      "If it is damaged, take a backup or export the disk again where it comes from. `qemu-img check FILE` shows more.",
    ],
  },
  "convert-failed": {
    group: "Running",
    means:
      "The disk could not be converted, or what was written is not what was read. The file that was to be written does not exist; the one that was read is as it was.",
    steps: [
      "Read the words of qemu-img in the message: most often the disk is larger than the format can be, or the folder cannot be written to.",
      "If the contents differ, check that nothing was writing to the disk meanwhile, and convert it again. Twice in a row, suspect the drive that it is on.",
    ],
  },
  "subnet-in-use": {
    group: "This machine",
    means:
      "Something else on this machine or in its network already uses the addresses of a switch. Made all the same, the lab would cut this machine off from them, or not be reachable itself.",
    steps: [
      "Set the free subnet that the message names in the line it names, and move the guests' addresses with it.",
      "Or free the subnet: take the other lab down, or remove the Docker network that has it.",
    ],
  },
  "lab-name-in-use": {
    group: "This machine",
    means:
      "Another lab of the same name stands on this machine, brought up from another checkout or with another state. The two would be in each other's way.",
    steps: [
      "See what it is: `npx classlab sweep`.",
      "Take it down where it was brought up, or give this lab another name: that of its file.",
      "If it is this lab and its state is lost, with all backups, save what learners need, remove what stands with `npx classlab sweep --remove`, and bring it up anew.",
    ],
  },
  "object-in-the-way": {
    group: "This machine",
    means:
      "A container, network or volume that classlab did not make has the name that one of the lab's needs. It is left alone: only what carries the lab's mark is ever removed.",
    steps: [
      "Find out whose it is, by the name in the message (`docker inspect NAME`).",
      "Rename or remove it yourself, or give the lab another name: that of its file.",
    ],
  },
  "port-taken": {
    group: "Running",
    means:
      "In a guest, a program or a container of the learners has a port that the farm of nginx needs. It is theirs and stays; every other port of the farm answers.",
    steps: [
      "Ask the team of that guest to stop it, by the name in the message, and run `up` again: only what lacks is made.",
      "Or leave it to them and give the farm another `firstPort`.",
    ],
  },
  "disk-full": {
    group: "This machine",
    means:
      "There is no space left on this machine, or where Docker keeps its data. Guests stop writing, and the lab's state may be behind what stands.",
    steps: [
      "See what Docker holds: `docker system df`. Images of classlab that no container uses go with `npx classlab sweep --remove --images`.",
      "Take down labs that are no longer needed; `npx classlab sweep --all` lists them.",
      "Run the command again when there is space: it goes on where it stopped.",
    ],
  },
  "docker-not-running": {
    group: "This machine",
    means: "Docker, on which the guests run, is not installed, does not run, or does not let this user in.",
    steps: [
      "Run `npx classlab doctor`, which says which of these it is; `npx classlab doctor --fix` starts it or, after asking, installs it on Debian and Ubuntu.",
      "On a laptop start Docker Desktop and wait until it says that it runs.",
      "If `DOCKER_HOST` is set, check that it names a Docker that runs.",
    ],
  },
  "libvirt-not-running": {
    group: "This machine",
    means:
      "The guests run as virtual machines of libvirt, and that is not installed in full, does not run, or does not let this user in.",
    steps: [
      "Run `npx classlab doctor`, which says which of these it is; `npx classlab doctor --fix` starts it or, after asking, installs it on Debian and Ubuntu.",
      "If it does not let you in, join the group `libvirt` (`sudo usermod -aG libvirt $USER`) and log in again.",
      "If it does not start, look at its log: `journalctl -u libvirtd`, without systemd `/var/log/libvirt/libvirtd.log`.",
    ],
  },
  "virtualbox-not-ready": {
    group: "This machine",
    means:
      "The guests run as virtual machines of VirtualBox, and the host does not have what they need: VirtualBox 7.1 or 7.2 for the user who makes the lab, the file that their disks begin with, or a network card on the classroom LAN.",
    steps: [
      "Read what the message names. VirtualBox is looked for as that user: `VBoxManage --version`; with a variable `VBOXMANAGE` elsewhere.",
      "Put the disk image or the installer's DVD where `hosts[].virtualbox.image` says, or leave that key out: then Ubuntu's cloud image is fetched.",
      "Name the card as `VBoxManage list bridgedifs` does: `hosts[].virtualbox.bridge`.",
      "If VirtualBox does not answer, end its service (`pkill -u $USER VBoxSVC` while no guest runs) and run the command again.",
    ],
  },
  "nested-impossible": {
    group: "This machine",
    means:
      "A guest of the lab is to run guests itself (`nested: true`), and the host's KVM does not show guests that the processor can do that; or a host is a virtual machine itself, in a cloud above all, and its processor shows nothing of virtualization. No guest was made.",
    steps: [
      "See what the host says: `cat /sys/module/kvm_intel/parameters/nested` (AMD: `kvm_amd`). `Y` or `1` is on.",
      "Switch it on while no guest runs: `sudo modprobe -r kvm_intel && sudo modprobe kvm_intel nested=1`. For good: `options kvm_intel nested=1` in a file below `/etc/modprobe.d`.",
      "If the host is a virtual machine itself, it is a question for its own host, too: in a cloud, of a type in which guests run, and on Azure of a security type that is no Trusted Launch.",
    ],
  },
  "host-unreachable": {
    group: "A host over SSH",
    means:
      "The host that the lab's guests run on does not answer over SSH. Nothing was changed on it: guests that run there run on.",
    steps: [
      "Check that it is switched on and in the network, and that `address` and `port` of the lab's file are its own.",
      "Check that its SSH server runs: on the host, `systemctl status ssh`.",
      "Run the command again: it goes on where it stopped.",
    ],
  },
  "host-key-missing": {
    group: "A host over SSH",
    means:
      "The lab's file does not say by which key its host is known. Without it another machine at the same address would be taken for the host and given the lab's secrets, so classlab asks for the key first and never learns it by itself.",
    steps: [
      "Read the key from here: `ssh-keyscan -t ed25519 ADDRESS`.",
      "Compare it with the host's own, at the host: `cat /etc/ssh/ssh_host_ed25519_key.pub`.",
      "Write it into the lab's file as `hostKey: ssh-ed25519 AAAA…`, without the name before it.",
    ],
  },
  "host-key-changed": {
    group: "A host over SSH",
    means:
      "The machine that answers at the host's address is not the one whose `hostKey` is in the lab's file. Nothing was sent to it.",
    steps: [
      "If the host was installed anew, read its key at the host itself (`cat /etc/ssh/ssh_host_ed25519_key.pub`) and write it as `hostKey`.",
      "If it was not, find out who answers at that address before you go on.",
    ],
  },
  "host-access-denied": {
    group: "A host over SSH",
    means:
      "The host answers and is the right one, but does not let the lab's user in, or does not let that user become root without a password.",
    steps: [
      "Add the line that the message shows to `~/.ssh/authorized_keys` of that user on the host. A key that `identityFile` names must have no passphrase.",
      "If the user is not root, allow `sudo` without a password: `echo 'USER ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/classlab`.",
      "Run `npx classlab doctor`, which tries both.",
    ],
  },
  "cloud-type-unfit": {
    group: "Running",
    means:
      "The cloud says of a host's type that no guests run in it, or its region does not have the type. Nothing of the host was made.",
    steps: [
      "Run the command of the message: it lists what the cloud has.",
      "Name one of those in the host's `instanceType`, or another `region`, and run the command again.",
    ],
  },
  "cloud-busy": {
    group: "Running",
    means:
      "The cloud was asked again and again, and each time said that it is asked too often or that it failed itself. What was made so far stands, and is known.",
    steps: [
      "Run the command again in some minutes: it goes on where it stopped.",
      "If it stays so, look at the cloud's own page of its health, and at what else asks it in the same account.",
    ],
  },
  "cloud-quota": {
    group: "Running",
    means: "The account may not have as much as the lab needs: processors, networks or addresses.",
    steps: [
      "Ask for more: on Amazon in Service Quotas (`Running On-Demand Standard instances` counts vCPUs), on Azure in Quotas. It may take days.",
      "Or give the lab fewer teams or smaller hosts, and run the command again: it goes on where it stopped.",
    ],
  },
  "cloud-denied": {
    group: "Running",
    means: "The cloud does not know who asks, not any more, or does not let them do this.",
    steps: [
      "See who the cloud takes you for: `aws sts get-caller-identity`, `az account show`. Log in anew where that fails.",
      "If you are known, the message names what you may not do: have that right given.",
      "Run the command again: it goes on where it stopped, and makes nothing twice.",
    ],
  },
  "cloud-in-use": {
    group: "Running",
    means:
      "Something in the cloud cannot be removed, since something else needs it that the lab did not make: a network interface in its subnet, for example.",
    steps: [
      "The message names what cannot go, and with Amazon often what needs it. Look for it on the cloud's pages: Amazon EC2, Network Interfaces, by the subnet.",
      "Remove it if it is yours, and run the command again. Until then the lab's network stays; it costs nothing by itself.",
    ],
  },
  "host-stopped": {
    group: "Running",
    means:
      "A host of the lab is stopped in its cloud: by `classlab stop`, by the cloud's own clock between lessons, or by somebody's hand. Its disk, with all that learners made, is there, and nothing was changed.",
    steps: [
      "Start it: `npx classlab start`, with the same `--stack` or `--config`, and `--team` for that team alone. It waits until the host answers.",
      "If it is stopped again within a quarter of an hour, the lab's hard end has passed: `npx classlab extend` moves it.",
    ],
  },
  "state-too-near": {
    group: "The lab's state",
    means:
      "The engine's state is the list of what the lab has in a cloud. In this checkout it goes with the machine, or with `git clean`, and what it lists goes on to run and cost.",
    steps: [
      "Name a backend that outlives the machine: `export PULUMI_BACKEND_URL=s3://BUCKET` (or `azblob://CONTAINER`, or `file://` and a folder of a server). Whoever takes over uses the same address and passphrase.",
      "Or accept it: `state: local-accepted` at the host. Keep copies of the folder and of `.classlab/passphrase`.",
    ],
  },
  "host-unsuitable": {
    group: "Running",
    means:
      "A host cannot run guests as it is: its edition of Windows has no Hyper-V, virtualization is off in its firmware, or its folder for disks is compressed or encrypted.",
    steps: [
      "Do what the message says on that PC, or place its team on another host.",
      "Look at all PCs of the room a week before the day: a firmware setting needs somebody at the machine.",
    ],
  },
  "host-command-failed": {
    group: "Running",
    means:
      "Something that a host was told to do failed in a way that classlab has no name for. The message is the host's own, in its language.",
    steps: [
      "Read the message: Windows most often names the object and the reason.",
      "Run the same command again; if it fails in the same way, keep the message and the line number for a report.",
    ],
  },
  "hyperv-not-running": {
    group: "Running",
    means:
      "Hyper-V is turned on on a host, but its management service did not start in time, or the hypervisor itself was not started: it is VirtualBox's turn.",
    steps: [
      "Where it is VirtualBox's turn, give it to Hyper-V: `npx classlab host use hyperv`.",
      "On the host, look at the service Hyper-V Virtual Machine Management (`Get-Service vmms`) and start it.",
      "If it does not start, start the host anew and run the same command again.",
    ],
  },
  "administrator-needed": {
    group: "Running",
    means:
      "The account that logs in to a host may not do what is needed there, such as turning Hyper-V on. Nothing was changed.",
    steps: [
      "Name an account of the group Administrators as `user` of the host.",
      "If there is none for you, have Hyper-V turned on by whoever looks after the room; after that, membership of Hyper-V Administrators is enough.",
    ],
  },
  "module-mismatch": {
    group: "Running",
    means: "What arrived at a host is not what was sent to it. It was not run, and nothing was changed.",
    steps: [
      "Run the same command again.",
      "If it comes back, something between this machine and the host changes what passes through it: use another way in.",
    ],
  },
  "merge-unfinished": {
    group: "Running",
    means:
      "Hyper-V is still merging the snapshots of a guest into its disk, which takes as long as the disk is large. Until then the guest is neither removed nor changed.",
    steps: [
      "Wait until Hyper-V Manager shows no status for the guest, and run the same command again.",
      "If it makes no headway, look whether the drive is full.",
    ],
  },
  "precheck-missing": {
    group: "The room's PCs",
    means: "The folder named holds no file that the precheck of a PC has written.",
    steps: [
      "Name the folder of the stick: the one that holds `precheck.cmd`, with the folder `results` in it.",
      "If nothing has been run yet, start `precheck.cmd` (Windows) or `sh precheck.sh` (Linux) from the stick at each PC.",
    ],
  },
  "precheck-invalid": {
    group: "The room's PCs",
    means:
      "A file that came back from a PC cannot be used: it was cut off, as when the stick was pulled out too early, it is of another version, or somebody has written in it. The other PCs are not held up by it.",
    steps: [
      "Run the precheck at that PC again, from a stick that `npx classlab host precheck --write` of this version wrote.",
      "Wait until the script says that it is done before pulling the stick out.",
    ],
  },
  "enrolment-invalid": {
    group: "The room's PCs",
    means:
      "What was given for enrolling PCs does not fit: a network, a user's name, a key or a file of the bundle; or a record that came back from a PC cannot be read.",
    steps: [
      "Change what the message names, and write the stick again.",
      "A record that is damaged on the stick is whole on the PC: `C:\\ProgramData\\classlab\\enrolment.json`, `/var/lib/classlab/enrolment`.",
    ],
  },
  "package-untrusted": {
    group: "The room's PCs",
    means:
      "An installer on the stick is not the file that was pinned when the stick was written: another version, or a copy that was damaged. It was not started.",
    steps: [
      "Fetch the file from its maker again, compare its SHA-256 with the maker's list, and write the stick anew.",
    ],
  },
  "release-incomplete": {
    group: "The room's PCs",
    means:
      "A PC was given back except for what the message lists. The record of that is still on the PC, so that nothing is forgotten.",
    steps: [
      "Do what the message says, restart the PC where it asks for that, and run `release` there again: what is done already is passed over.",
    ],
  },
  "environment-missing": {
    group: "This machine",
    means:
      "A program or a setting that the command needs is missing, most often because it was not started by classlab's own launcher.",
    steps: [
      "Start it by `npm start` or `npx classlab`, which provide what is needed.",
      "Run `npx classlab doctor` to see what else is missing.",
    ],
  },
  "image-missing": {
    group: "Images",
    means:
      "An image that learners' commands need is no longer in this machine's Docker; something removed it.",
    steps: ["Make it again: `npx classlab images`. Then run the command again."],
  },
  "cloud-image-unreachable": {
    group: "Images",
    means:
      "Ubuntu's cloud image, its checksums or their signature could not be downloaded. What was downloaded of the image is kept.",
    steps: [
      "Look at this machine's network and, in a room with a proxy, at `https_proxy`. Then run the command again: it goes on where it stopped.",
      "Where there is a mirror of cloud-images.ubuntu.com, name it by `CLASSLAB_CLOUD_IMAGES`; its images have to be signed by Ubuntu all the same.",
      "A lab needs none: its virtual machines begin with an image that is made of distribution packages.",
    ],
  },
  "cloud-image-untrusted": {
    group: "Images",
    means:
      "What was downloaded is not what Ubuntu signed: the signature of the checksums is not by Ubuntu's key, or the image has another checksum. Something on the way changed it, or a mirror is half way through an update. Nothing of it is used.",
    steps: [
      "Run the command again later: a mirror that is being updated is whole again after some minutes.",
      "If it stays so, do not use that mirror, and tell whoever runs it or the room's network.",
    ],
  },
  "image-damaged": {
    group: "Images",
    means:
      "The image that virtual machines of this host begin with is no longer what was made: cut off, or written to by somebody. Guests that begin with it cannot be trusted any more.",
    steps: [
      "Take down the labs of the guests that are named: `npx classlab down`. What learners wrote on these guests is lost with them.",
      "Run the command again: where no guest begins with the image any more, it is made anew.",
      "Find out what writes in `/var/lib/libvirt/images/classlab-cache`: classlab itself only reads there.",
    ],
  },
  "image-build-failed": {
    group: "Images",
    means:
      "An image could not be built from distribution packages. The message ends with the build's own last lines.",
    steps: [
      "If the last lines speak of a name that cannot be resolved or a connection, mend the network or the package mirror first.",
      "If they speak of space, free some: see [disk-full](#disk-full).",
      "Run `npx classlab images` again: what was built already is kept.",
    ],
  },
  "registry-unreachable": {
    group: "Images",
    means:
      "The images are to come from an image registry on the internet, and it does not answer or refuses.",
    steps: [
      "Check this machine's connection, its proxy and its date.",
      "Or set `images: { source: distribution }` in the description: the images are then built from distribution packages (Debian and Ubuntu only).",
    ],
  },
  "pull-limit": {
    group: "Images",
    means:
      "A registry gives this network no more images for now. Docker Hub counts pulls by address, and a whole room may have one.",
    steps: [
      "Wait until it counts anew, on Docker Hub within six hours; or log in, `docker login`, which has a limit of its own.",
      "`npx classlab plan` tells what the class will pull, with and without a registry of its own: see `registry` in docs/configuration.md.",
      "Or set `images: { source: distribution }` in the description: the images are then built from distribution packages (Debian and Ubuntu only).",
    ],
  },
  "image-withdrawn": {
    group: "Images",
    means: "The very image that this version of classlab was pinned to is no longer in its registry.",
    steps: [
      "Bring classlab up to date: images are pinned anew with each version.",
      "Or set `images: { source: distribution }` in the description: the images are then built from distribution packages (Debian and Ubuntu only).",
    ],
  },
  "stack-locked": {
    group: "The lab's state",
    means:
      "Another run is at work on the same lab. Two at once would undo each other's work. Nothing was changed.",
    steps: [
      "Wait for it to end; the message says who started it, as which process and when.",
      "If that process is gone, `npx classlab doctor --fix` removes what it left.",
    ],
  },
  "state-damaged": {
    group: "The lab's state",
    means:
      "The file in which the lab's state is kept cannot be read: most often a full disk or a switched-off machine. Where a backup can be read, the next run puts it in its place by itself, and only `doctor` tells of it. The guests themselves stand as they did.",
    steps: [
      "Run `npx classlab doctor`; with a backup, `npx classlab doctor --fix` restores it.",
      "Restore the file named in the message from a backup of your own.",
      "Without one, list what stands by its mark alone with `npx classlab sweep`; `npx classlab sweep --remove` removes it, learners' work included, and `up` makes the lab anew.",
    ],
  },
  "passphrase-wrong": {
    group: "The lab's state",
    means:
      "The secrets in the lab's state (keys, passwords) cannot be opened with the passphrase that was given, so nothing can be done with the lab.",
    steps: [
      "Give the passphrase with which it was brought up: the file `passphrase` in `.classlab/` of that checkout, or the one that `PULUMI_CONFIG_PASSPHRASE` or `PULUMI_CONFIG_PASSPHRASE_FILE` named.",
      "If it is lost, nobody can open them: remove the lab by `npx classlab sweep --remove` and its state, and bring it up anew.",
    ],
  },
  "guest-not-ready": {
    group: "Running",
    means:
      "A guest was started but did not become usable in time, or stopped again. The message says which, and shows the end of its log.",
    steps: [
      "Run `npx classlab doctor`: too little memory or disk space is the most frequent cause.",
      "Run the command again: it goes on where it stopped.",
      "If one guest fails every time, look at its log: `docker logs NAME`.",
    ],
  },
  "engine-failed": {
    group: "Running",
    means:
      "A step failed for a reason that classlab has no name of its own for. The message holds the words of the program that failed. What was done before stands.",
    steps: [
      "Read those words: they name the resource and the reason.",
      "Run `npx classlab doctor`, then the command again: it goes on where it stopped.",
    ],
  },
  "rotate-failed": {
    group: "Running",
    means:
      "A database in a guest could not be given its new passwords: it does not run, or nothing known opens it.",
    steps: ["Bring the database back: npx classlab up --repair.", "Run the rotation again."],
  },
  interrupted: {
    group: "Running",
    means:
      "The run was stopped, by Ctrl-C or by the system, before everything was done. What was done stands.",
    steps: ["Run the same command again: it goes on where it stopped."],
  },
};
