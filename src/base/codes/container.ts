import type { CodeTable } from "./table.ts";

export const containerCodes = {} as const satisfies CodeTable;
