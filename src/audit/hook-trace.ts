import type { HookKind } from "../oci/hooks.ts";

/** What whoever drove the runtime saw of one hook of the config (fanotify(7), FAN_OPEN_EXEC). */
export type HookTrace = { readonly kind: HookKind; readonly index: number } & (
  | {
      readonly saw: "executed";
      /** RFC 3339, UTC. */
      readonly at: string;
      /** As the watcher counts pids. */
      readonly pid: number;
      /** Whether the process was still there to be recognised as one of the runtime's or the container's. */
      readonly recognised: boolean;
    }
  /** Of a hook of start: it was executed when the container was created, and not again. */
  | { readonly saw: "early"; readonly at: string; readonly pid: number }
  /** Its file was watched, and nobody executed it by the time that its phase was over. */
  | { readonly saw: "nothing"; readonly at: string }
  | { readonly saw: "unknown"; readonly why: string }
);
