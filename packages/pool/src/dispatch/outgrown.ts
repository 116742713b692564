import { slot, type WorkerInfo } from '@manyhands/base'

/** Says once in a program that workers are replaced because they grow. */
export function warnOfGrowth({ name, kind, id }: WorkerInfo, bytes: number): void {
  slot('pool.outgrown', () => {
    process.emitWarning(
      `worker ${name ?? `${kind} ${id}`} has grown by ${Math.round(bytes / 1e6)} MB since its first task and is ` +
        'replaced: its tasks may leak memory. The option maxMemoryBytes sets a limit, or none (Infinity)',
      { type: 'ManyhandsWarning', code: 'MANYHANDS_WORKER_OUTGROWN' },
    )
    return true
  })
}
