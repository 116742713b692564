import { describeValue } from './options.ts'

/** Reports, as a process warning, what was thrown where no caller is left to receive it. */
export function warnOf(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(describeValue(error)))
}
