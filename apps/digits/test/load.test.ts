import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadDigits } from '../src/load.ts'
import { loadReference } from '../src/reference.ts'
import { UsageError } from '../src/usage-error.ts'

let folder: string
const good = [...Array.from({ length: 64 }, (_, i) => i % 17), 7].join(',')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digits-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function write(training: string, testing: string): Promise<void> {
  await writeFile(join(folder, 'optdigits.tra'), training)
  await writeFile(join(folder, 'optdigits.tes'), testing)
}

test('training rows come first, then test rows', async () => {
  await write(`${good}\n${good}\n`, `${good.replace(/7$/, '3')}\n`)
  const { features, labels, trainRows, testRows } = await loadDigits(folder)
  expect([trainRows, testRows]).toEqual([2, 1])
  expect(features.shape).toEqual([3, 64])
  expect(features.at(2, 16)).toBe(16)
  expect(labels.toArray()).toEqual([7, 7, 3])
})

test('lines may end as on Windows, and the last without an end', async () => {
  await write(`${good}\r\n${good}\r\n`, good)
  const { trainRows, testRows } = await loadDigits(folder)
  expect([trainRows, testRows]).toEqual([2, 1])
})

test('a missing file is named', async () => {
  await expect(loadDigits(folder)).rejects.toThrow(UsageError)
  await expect(loadDigits(folder)).rejects.toThrow(/^cannot read .*optdigits\.tra: there is no such file$/)
})

test('an empty file is named', async () => {
  await write('', good)
  await expect(loadDigits(folder)).rejects.toThrow(`${join(folder, 'optdigits.tra')} has no rows`)
})

test.each([
  ['a row that is too short', good.replace('0,1,', '0,'), 'a row has 65 numbers, this one has 64'],
  ['an empty row', '', 'a row has 65 numbers, this one has 0'],
  ['a word', good.replace('0,1,', '0,one,'), 'column 2 must be an integer from 0 to 16, got "one"'],
  ['an empty cell', good.replace('0,1,', '0,,'), 'column 2 must be an integer from 0 to 16, got ""'],
  ['a pixel that is too bright', good.replace('0,1,', '0,17,'), 'column 2 must be an integer from 0 to 16, got "17"'],
  ['a fraction', good.replace('0,1,', '0,1.5,'), 'column 2 must be an integer from 0 to 16, got "1.5"'],
  ['a label that is no digit', good.replace(/7$/, '10'), 'column 65 must be an integer from 0 to 9, got "10"'],
])('%s is named with file and line', async (_, row, message) => {
  await write(good, `${good}\n${row}\n${good}\n`)
  await expect(loadDigits(folder)).rejects.toThrow(new UsageError(`${join(folder, 'optdigits.tes')}:2: ${message}`))
})

test('a reference that is missing, no JSON or not like ours is named', async () => {
  const file = join(folder, 'reference.json')
  await expect(loadReference(folder)).rejects.toThrow(`cannot read ${file}: there is no such file`)
  await writeFile(file, '{')
  await expect(loadReference(folder)).rejects.toThrow(`${file} is not JSON: `)
  await writeFile(file, '{ "knn": { "correct": [1] } }')
  await expect(loadReference(folder)).rejects.toThrow(`${file} lacks knn.correct (11 numbers)`)
})
