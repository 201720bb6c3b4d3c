import type { CodeTable } from "./table.ts";

export const kernelCodes = {} as const satisfies CodeTable;
