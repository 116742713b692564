import { join } from 'node:path'
import { readText } from './load.ts'
import { UsageError } from './usage-error.ts'

/** The numbers that the app has to reproduce. */
export interface Reference {
  readonly knn: {
    /** Rows that are classified right, for k = 1 to 11. */
    readonly correct: readonly number[]
    /** What UCI published in 1998. */
    readonly uciPercent: readonly number[]
  }
  readonly svc: {
    readonly cells: readonly {
      readonly C: number
      readonly gamma: number
      /** Of each fold. */ readonly correct: readonly number[]
    }[]
  }
}

/** @throws UsageError when `reference.json` is missing, or not like the one that comes with the app */
export async function loadReference(folder: string): Promise<Reference> {
  const file = join(folder, 'reference.json')
  const text = await readText(file)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
  if (!isReference(value)) {
    throw new UsageError(
      `${file} lacks knn.correct (11 numbers), knn.uciPercent (11 numbers) or svc.cells ({ C, gamma, correct })`,
    )
  }
  return value
}

function isReference(value: unknown): value is Reference {
  const { knn, svc } = record(value)
  const { correct, uciPercent } = record(knn)
  const { cells } = record(svc)
  return (
    isNumbers(correct, 11) &&
    isNumbers(uciPercent, 11) &&
    Array.isArray(cells) &&
    cells.every(
      cell =>
        typeof record(cell)['C'] === 'number' &&
        typeof record(cell)['gamma'] === 'number' &&
        isNumbers(record(cell)['correct'], 5),
    )
  )
}

function isNumbers(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(item => typeof item === 'number')
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
