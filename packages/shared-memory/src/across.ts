import { describeValue } from '@manyhands/core/options'

/**
 * Who can share the memory. `'auto'` is the widest there is, which is today `'threads'`.
 *
 * @throws RangeError for `'processes'`: their memory is not shared yet
 */
export type AcrossOption = 'auto' | 'threads'

/** @throws RangeError unless `value` is undefined or allowed */
export function checkAcross(where: string, value: unknown): void {
  if (value === undefined || value === 'auto' || value === 'threads') return
  if (value === 'processes') {
    throw new RangeError(`${where}: across must be 'auto' or 'threads', got "processes": memory is shared among threads only. Run the tasks on threads, or send processes a copy (\`array.data.slice()\`)`)
  }
  throw new RangeError(`${where}: across must be 'auto' or 'threads', got ${describeValue(value)}`)
}
