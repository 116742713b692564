import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './usage-error.ts'

/** What `summary.json` holds. */
export interface Summary {
  readonly knn: { readonly correct: readonly number[] }
  readonly svc: {
    /** Fold cells of one search, how many equal the reference on every backend, and the best point. */
    readonly cells: number
    readonly equal: number
    readonly best: { readonly C: number; readonly gamma: number; readonly mean: number }
  }
  /** The SVC searches. `speedup` is against inline when that was run, else task time over wall time. */
  readonly runs: readonly {
    readonly backend: string
    readonly jobs: number
    readonly seconds: number
    readonly speedup: number
  }[]
}

/**
 * Writes `summary.json` into `folder`, which is made if need be.
 *
 * @throws UsageError when that is not possible
 */
export async function writeSummary(folder: string, summary: Summary): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  } catch (error) {
    throw new UsageError(`cannot write to --out ${folder}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
