export function core(): typeof import('@manyhands/core')
