import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SharedArray } from '@manyhands/shared-memory'
import { UsageError } from './usage-error.ts'

/** Pixels of one digit: 8 x 8, each 0..16. */
export const pixels = 64

/** Handwritten digits: the rows of `optdigits.tra` (training) first, then those of `optdigits.tes` (test). */
export interface Digits {
  /** One row a digit, in memory that workers share. */
  readonly features: SharedArray<'f64'>
  /** 0..9, one for each row. */
  readonly labels: SharedArray<'u8'>
  /** How many of the rows are for training. */
  readonly trainRows: number
  readonly testRows: number
}

/**
 * Reads both files of the data set.
 *
 * @throws UsageError when a file is missing, or naming file and line of a row that is not 64 integers 0..16 and a digit
 */
export async function loadDigits(folder: string): Promise<Digits> {
  const train = await loadRows(join(folder, 'optdigits.tra'))
  const test = await loadRows(join(folder, 'optdigits.tes'))
  const rows = [...train, ...test]
  const features = SharedArray.f64([rows.length, pixels])
  const labels = SharedArray.u8(rows.length)
  rows.forEach((row, i) => {
    features.row(i).set(row.slice(0, pixels))
    labels.set(row[pixels] ?? 0, i)
  })
  return { features, labels, trainRows: train.length, testRows: test.length }
}

async function loadRows(file: string): Promise<number[][]> {
  const lines = (await readText(file)).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new UsageError(`${file} has no rows`)
  return lines.map((line, i) => parseRow(line, `${file}:${i + 1}`))
}

/**
 * One row: the pixels, then the label.
 *
 * @param where - file and line, for the message
 * @throws UsageError
 */
export function parseRow(line: string, where: string): number[] {
  const cells = line.split(',')
  if (cells.length !== pixels + 1) {
    throw new UsageError(
      `${where}: a row has ${pixels + 1} numbers, this one has ${line.trim() === '' ? 0 : cells.length}`,
    )
  }
  return cells.map((cell, column) => {
    const most = column === pixels ? 9 : 16
    if (/^\s*\d{1,2}\s*$/.test(cell) && Number(cell) <= most) return Number(cell)
    throw new UsageError(
      `${where}: column ${column + 1} must be an integer from 0 to ${most}, got ${JSON.stringify(cell)}`,
    )
  })
}

/** @throws UsageError when the file cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const why = code === 'ENOENT' ? 'there is no such file' : error instanceof Error ? error.message : String(error)
    throw new UsageError(`cannot read ${file}: ${why}`, { cause: error })
  }
}
