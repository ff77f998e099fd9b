import { SECTOR, SPEAKS } from "../acceleration";

/** Seconds that a guest in a guest may take to say something; one that works needs a fraction of one, and an emulated one on a busy host some fifteen. */
const SILENCE = 20;

/**
 * Starts a guest with the KVM of the machine that it runs on, by the kernel's own interface, so that no hypervisor has to be installed: 2 MiB
 * of memory, one processor, and the code of the argument at 0x7C00, where a processor is put to start. Says `started` when the code
 * wrote what it has to (linux/kvm.h; docs.kernel.org/virt/kvm/api.html).
 */
export const INNER_GUEST = `import ctypes, fcntl, mmap, os, struct, sys
code = bytes.fromhex(sys.argv[1])
kvm = os.open("/dev/kvm", os.O_RDWR)
vm = fcntl.ioctl(kvm, 0xAE01, 0) # KVM_CREATE_VM
fcntl.ioctl(vm, 0xAE47, 0x40000000) # KVM_SET_TSS_ADDR, beyond its memory
memory = mmap.mmap(-1, 0x200000)
memory[0x7C00:0x7C00 + len(code)] = code
place = ctypes.addressof(ctypes.c_char.from_buffer(memory))
fcntl.ioctl(vm, 0x4020AE46, struct.pack("IIQQQ", 0, 0, 0, len(memory), place)) # KVM_SET_USER_MEMORY_REGION
cpu = fcntl.ioctl(vm, 0xAE41, 0) # KVM_CREATE_VCPU
leaves = bytearray(8 + 40 * 256)
struct.pack_into("I", leaves, 0, 256)
fcntl.ioctl(kvm, 0xC008AE05, leaves) # KVM_GET_SUPPORTED_CPUID
fcntl.ioctl(cpu, 0x4008AE90, leaves) # KVM_SET_CPUID2
run = mmap.mmap(cpu, fcntl.ioctl(kvm, 0xAE04, 0)) # KVM_GET_VCPU_MMAP_SIZE
segments = bytearray(312)
fcntl.ioctl(cpu, 0x8138AE83, segments) # KVM_GET_SREGS
struct.pack_into("QIH", segments, 0, 0, 0xFFFF, 0)
fcntl.ioctl(cpu, 0x4138AE84, segments) # KVM_SET_SREGS
registers = bytearray(144)
struct.pack_into("QQ", registers, 128, 0x7C00, 2)
fcntl.ioctl(cpu, 0x4090AE82, registers) # KVM_SET_REGS
fcntl.ioctl(cpu, 0xAE80, 0) # KVM_RUN
why, = struct.unpack_from("I", run, 8)
way, _, port, _, place = struct.unpack_from("BBHIQ", run, 32)
said = why == 2 and way == 1 and port == 0xF4 and run[place] # KVM_EXIT_IO
print("started" if said == ${SPEAKS} else "it ended with %d before it said anything" % why)
`;

/**
 * Shell functions of a prober for guests that run guests. `nested_flag ID`: the processor shows that it can. `nested_start ID`: a guest in
 * the guest really starts.
 * @param patience how many times as long as usual an answer may take
 */
export function nestedFunctions(patience: number): string {
  const hexadecimal = SECTOR.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `nested_flag() {
  flag=$(grep -owm 1 -E 'vmx|svm' /proc/cpuinfo | head -n 1)
  if [ -n "$flag" ]; then result "$1" ok "/proc/cpuinfo shows $flag"; else result "$1" content "/proc/cpuinfo shows neither vmx nor svm"; fi
}
nested_start() {
  [ -e /dev/kvm ] || modprobe -q kvm_intel 2>/dev/null || modprobe -q kvm_amd 2>/dev/null || :
  if [ ! -e /dev/kvm ]; then result "$1" content "there is no /dev/kvm in it"; return; fi
  words=$(timeout ${SILENCE * patience} python3 - ${hexadecimal} 2>&1 <<'INNER_GUEST'
${INNER_GUEST}INNER_GUEST
  )
  case $? in
    0) if [ "$words" = started ]; then result "$1" ok "a guest in it started"; else result "$1" content "$words"; fi ;;
    124) result "$1" silent "a guest in it gave no sign of life within ${SILENCE * patience} s" ;;
    126|127) ;;
    *) result "$1" content "$(printf %s "$words" | tail -n 1)" ;;
  esac
}
`;
}
