import { systemCall } from "./door.ts";
import { mount, mountFlags } from "./mount.ts";

/** linux/sched.h */
const CLONE_NEWNS = 0x20000;

const unshareCall = systemCall("int unshare(int flags)");

/**
 * Give the calling thread a mount namespace of its own (unshare(2), mount_namespaces(7)): what it mounts from here on nobody else sees, and it goes
 * with the thread, however that ends. What others unmount still goes here too. Only synchronous calls of this thread, and children it starts,
 * are in it: Node's other threads stay. Needs CAP_SYS_ADMIN.
 */
export function leaveMountNamespace(): void {
  unshareCall(CLONE_NEWNS);
  mount("/", { flags: mountFlags.MS_REC | mountFlags.MS_SLAVE });
}
