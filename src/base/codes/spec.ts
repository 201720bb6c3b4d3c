import type { CodeTable } from "./table.ts";

export const specCodes = {} as const satisfies CodeTable;
