import { type SyscallGroup, words } from "./group.ts";

/** What the default profile never allows, whatever the capabilities: no rule comes of it, it says what is left out and why. */
export const refusedCalls: readonly SyscallGroup[] = [
  {
    purpose: "keys",
    why: "the kernel's keyrings belong to a user, not to a container",
    calls: words("add_key keyctl request_key"),
  },
  {
    purpose: "io_uring",
    why: "its requests run past the filter, and it has led out of containers too often",
    calls: words("io_uring_setup io_uring_enter io_uring_register"),
  },
  {
    purpose: "another kernel",
    why: "starting a kernel image is for the machine's owner",
    calls: words("kexec_load kexec_file_load"),
  },
  {
    purpose: "another root",
    why: "the runtime has chosen it",
    calls: words("pivot_root open_tree_attr"),
  },
  {
    purpose: "swap",
    why: "it is the machine's",
    calls: words("swapon swapoff"),
  },
  {
    purpose: "page faults and pages",
    why: "a process that answers its own page faults can stop the kernel at will; moving pages sees other processes",
    calls: words("userfaultfd migrate_pages move_pages"),
  },
  {
    purpose: "file attributes by path",
    why: "too young for the profiles that engines ship",
    calls: words("file_getattr file_setattr"),
  },
  {
    purpose: "left from other times",
    why: "gone from current kernels, or replaced",
    calls:
      words(`_sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty idle lock mpx
      nfsservctl nice oldfstat oldlstat oldolduname oldstat olduname prof profil putpmsg query_module readdir security
      sgetmask sigaction signal sigpending sigsuspend ssetmask stty sysfs tuxcall ulimit uselib ustat vm86 vm86old
      vserver`),
  },
  {
    purpose: "other machines",
    why: "calls of architectures that the table does not cover",
    calls: words(`multiplexer pciconfig_iobase pciconfig_read pciconfig_write rtas s390_guarded_storage
      s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi spu_create spu_run subpage_prot swapcontext
      switch_endian sys_debug_setcontext sysmips usr26 usr32`),
  },
];
