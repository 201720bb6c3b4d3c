import { findMembers } from "../kernel/processes.ts";
import type { Context } from "./command.ts";
import { containerMembers } from "./members.ts";
import { busiest, type MemberSample, membersPicture, renderBusiest } from "./render/members.ts";
import { watch } from "./watch.ts";

/** `ocilab top`. Errors: as `containerMembers`. */
export async function topContainer(
  id: string,
  options: { readonly context: Context; readonly interval: number; readonly most: number | undefined },
): Promise<void> {
  const { context, interval, most } = options;
  const { pid } = await containerMembers(id, context);
  const title = `${id}: processes by CPU, every ${interval / 1000} s`;
  const { terminal } = context;
  await watch<MemberSample>(
    {
      pid,
      interval,
      kept: 2,
      most,
      async read() {
        const members = await findMembers(pid);
        return { at: performance.now(), members: members.ok ? members.value : [] };
      },
      picture: (samples) => membersPicture(samples, { title, terminal }),
      text: (samples) => renderBusiest(samples, terminal),
      document: (samples) => busiest(samples),
    },
    context,
  );
}
