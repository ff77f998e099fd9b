/** Why a check came out otherwise than expected, or could not be made: a closed list; docs/causes.md says more of each. */
export const VERIFY_CAUSES = {
  "platform-silent": {
    what: "Docker on this machine does not answer",
    next: "Start Docker, then run verify again; classlab doctor looks further",
  },
  "guest-absent": {
    what: "the guest does not exist",
    next: "Make it again with classlab up: it comes back on its disk, if that stands",
  },
  "guest-not-running": { what: "the guest is stopped", next: "Start it with classlab up" },
  "guest-paused": { what: "the guest is paused", next: "Let it run on with classlab up --repair" },
  "guest-booting": {
    what: "the guest runs, but what it starts with is not ready yet",
    next: "Wait a moment and run verify again; if it stays so, classlab up --repair",
  },
  "channel-silent": {
    what: "the guest runs, but does not answer over its management channel",
    next: "Bring it back with classlab up --repair",
  },
  "wrong-switch": {
    what: "the adapter is connected to another switch than planned",
    next: "Connect it as planned with classlab up",
  },
  "extra-adapter": {
    what: "the guest is on a network that is not planned for it",
    next: "Disconnect it with classlab up --repair",
  },
  "no-address": {
    what: "the adapter has no address in the guest",
    next: "Set the planned address, or classlab up --repair",
  },
  "wrong-address": {
    what: "the adapter has another address in the guest than planned",
    next: "Set the planned address, or classlab up --repair",
  },
  "wrong-mac": {
    what: "the adapter has another MAC address in the guest than on the platform",
    next: "Undo the change in the guest, or classlab up --repair",
  },
  "gateway-missing": {
    what: "the guest has no default route, or one over another gateway than planned",
    next: "Set the default route in the guest, or classlab up --repair",
  },
  "name-resolution": {
    what: "the guest cannot resolve names",
    next: "Look at /etc/resolv.conf in the guest, or classlab up --repair",
  },
  "ssh-refused": {
    what: "the guest's SSH server does not answer",
    next: "Start the SSH server in the guest, or classlab up --repair",
  },
  "key-denied": {
    what: "the guest's SSH server does not let the team's key in",
    next: "Look at ~/.ssh/authorized_keys in the guest, or classlab up --repair",
  },
  blocked: {
    what: "what the mode allows does not get through",
    next: "Look for firewall rules in the guest and on this machine, or classlab up --repair",
  },
  leak: {
    what: "reachable though forbidden",
    next: "Look for networks joined by hand, added routes and addresses; classlab up --repair takes them off guests",
  },
  "port-closed": {
    what: "nobody listens on the port",
    next: "Start what should listen, or classlab up --repair",
  },
  "wrong-content": {
    what: "the service answers with something else than expected",
    next: "Look at what was changed, or classlab up --repair",
  },
  "docker-silent": {
    what: "the guest's Docker Engine does not answer",
    next: "Start Docker in the guest, or classlab up --repair",
  },
  "container-absent": {
    what: "a container of the stack does not exist",
    next: "Make it again with classlab up --repair",
  },
  "container-not-running": {
    what: "a container of the stack is stopped",
    next: "Start it in the guest, or classlab up --repair",
  },
  "image-absent": {
    what: "a course image is not in the guest's Docker Engine",
    next: "Load it again with classlab up --repair",
  },
  "volume-absent": {
    what: "a data volume does not exist",
    next: "Make it again, empty, with classlab up --repair",
  },
  "other-state": {
    what: "a container that classlab made for another state of the team is still there",
    next: "Bring the lab to its declared state with classlab up",
  },
  "nested-hidden": {
    what: "the guest's processor does not show that guests can run in it",
    next: "Switch nested virtualization on for this machine's KVM (kvm_intel or kvm_amd, parameter nested=1), stop and start the guest, then run verify again",
  },
  "nested-not-starting": {
    what: "the guest's processor shows that guests can run in it, but none starts",
    next: "Look at dmesg in the guest for kvm, and at this machine's own KVM with classlab doctor",
  },
  "folder-not-mounted": {
    what: "the folder that the guest shares with its host is not mounted in it",
    next: "Mount it in the guest (sudo mount -a says what is wrong); by 9p, which a host without virtiofsd shares by, the guest's kernel needs the module 9p",
  },
  "registry-silent": {
    what: "the class's registry does not answer",
    next: "Start it with classlab up",
  },
  "mirror-silent": {
    what: "the class's mirror of Docker Hub does not answer: each guest pulls for itself",
    next: "Start the registry with classlab up; where it runs, it does not reach Docker Hub: look at the room's network and at site.network.proxy, or take registry.run.mirror out of the lab's file",
  },
  "registry-untrusted": {
    what: "the guest does not trust the certificate of the class's registry",
    next: "Give the guest its authority again with classlab up --repair; where /etc/docker/certs.d is the learner's own, take their file away first",
  },
  "registry-full": {
    what: "the class's registry is full, and takes no image more",
    next: "Raise registry.run.quota, and run classlab up: images and accounts stay",
  },
  "internet-down": {
    what: "this machine itself does not reach the internet probe",
    next: "Look at this machine's network, or set verify.internetProbe to something it reaches",
  },
  "prober-missing": {
    what: "a program that measuring needs is missing in the guest",
    next: "Install it in the guest, or classlab up --repair",
  },
  "control-failed": {
    what: "a no could not be proved: its control did not come out",
    next: "Mend what the control's own rows say, then run verify again",
  },
  "timed-out": {
    what: "the time for verify was over before this was measured",
    next: "Run verify again, with a longer --timeout",
  },
  interrupted: { what: "verify was stopped before this was measured", next: "Run verify again" },
} as const satisfies Readonly<Record<string, { readonly what: string; readonly next: string }>>;

/** One of the causes. */
export type VerifyCause = keyof typeof VERIFY_CAUSES;
