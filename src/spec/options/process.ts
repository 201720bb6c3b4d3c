import type { ExecCpuAffinity, IoPriority, Scheduler } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { badValue } from "../parse/bad-value.ts";
import { editProcess } from "./edit.ts";
import { addEnv } from "./environment.ts";
import { currentUser } from "./user.ts";

/** The working directory; a runtime makes it when it is missing. Errors: "spec.bad-option" when it is not absolute. */
export function withCwd(cwd: string): SpecOption {
  if (!cwd.startsWith("/")) {
    throw badValue("working directory", cwd, {
      got: "it is not absolute",
      form: "a path that starts with /",
    });
  }
  return editProcess((process) => ({ ...process, cwd }));
}

/** A terminal of this size, in characters, or of the size that the caller sets later; TERM becomes "xterm" where it is not set. */
export function withTerminal(size?: { readonly height: number; readonly width: number }): SpecOption {
  return (spec, context) => {
    const edit = editProcess((process) => ({
      ...process,
      terminal: true,
      ...(size === undefined ? {} : { consoleSize: { height: size.height, width: size.width } }),
    }));
    return addEnv(edit(spec, context), "TERM", "xterm");
  };
}

/** No terminal: standard input, output and error are the caller's own. */
export function withoutTerminal(): SpecOption {
  return editProcess(({ consoleSize: _, ...process }) => ({ ...process, terminal: false }));
}

/** Whether execve may give more rights than the process has: set-user-id programs, file capabilities (prctl(2)). */
export function withNoNewPrivileges(value: boolean): SpecOption {
  return editProcess((process) => ({ ...process, noNewPrivileges: value }));
}

/** From -1000, never the victim, to 1000, always the first (proc(5)). Lowering needs CAP_SYS_RESOURCE. Errors: "spec.bad-option". */
export function withOomScoreAdj(value: number): SpecOption {
  if (!Number.isInteger(value) || value < -1000 || value > 1000) {
    throw badValue("OOM score", String(value), {
      got: "it is out of range",
      form: "a whole number from -1000 to 1000",
    });
  }
  return editProcess((process) => ({ ...process, oomScoreAdj: value }));
}

/** How the kernel schedules the process (sched_setattr(2)). Since 1.1.0. */
export function withScheduler(scheduler: Scheduler): SpecOption {
  return editProcess((process) => ({ ...process, scheduler }));
}

/** The process's IO priority (ioprio_set(2)). Since 1.1.0. */
export function withIoPriority(ioPriority: IoPriority): SpecOption {
  return editProcess((process) => ({ ...process, ioPriority }));
}

/** The CPUs of what is executed in the running container. Since 1.2.1. */
export function withExecCpuAffinity(execCPUAffinity: ExecCpuAffinity): SpecOption {
  return editProcess((process) => ({ ...process, execCPUAffinity }));
}

/** The AppArmor profile; "unconfined" asks for none, whatever the runtime's own default is. */
export function withApparmor(apparmorProfile: string): SpecOption {
  return editProcess((process) => ({ ...process, apparmorProfile }));
}

/** No AppArmor profile: the container keeps the one that the runtime runs under, if any. */
export const withoutApparmor: SpecOption = editProcess(({ apparmorProfile: _, ...process }) => process);

/** The SELinux context of the process, whole (selinux(8)). */
export function withSelinuxLabel(selinuxLabel: string): SpecOption {
  return editProcess((process) => ({ ...process, selinuxLabel }));
}

/** The mode bits that new files do not get: a number from 0 to 0o777. */
export function withUmask(umask: number): SpecOption {
  if (!Number.isInteger(umask) || umask < 0 || umask > 0o777) {
    throw badValue("umask", String(umask), { got: "it is out of range", form: "a number from 0 to 0777" });
  }
  return editProcess((process, context) => ({
    ...process,
    user: { ...currentUser(process, context), umask },
  }));
}
