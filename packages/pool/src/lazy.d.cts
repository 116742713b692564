export function core(): typeof import('@manyhands/core')
/** The text of a CommonJS script that holds all that a worker needs. */
export function workerText(): string
