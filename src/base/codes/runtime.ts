import type { CodeTable } from "./table.ts";

export const runtimeCodes = {} as const satisfies CodeTable;
