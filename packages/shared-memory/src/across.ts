import { type Across, describeValue } from '@manyhands/base'

/**
 * Which workers can share the memory. `'processes'`: processes and threads; `'threads'`: the threads of this process;
 * `'auto'`: processes where this machine can (see {@link Region}), else threads.
 */
export type AcrossOption = 'auto' | Across

/** @throws RangeError unless `value` is undefined or allowed */
export function checkAcross(where: string, value: unknown): AcrossOption {
  if (value === undefined) return 'auto'
  if (value === 'auto' || value === 'threads' || value === 'processes') return value
  throw new RangeError(`${where}: across must be 'auto', 'threads' or 'processes', got ${describeValue(value)}`)
}
