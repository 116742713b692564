import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyhands-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function start(kind: string, way: string) {
  return spawn(process.execPath, [
    '--conditions=@manyhands/source',
    fileURLToPath(new URL('./programs/lines.ts', import.meta.url)),
    kind,
    way,
    join(folder, kind),
  ])
}

function outputOf(child: ReturnType<typeof start>): Promise<string[]> {
  let out = ''
  child.stdout.setEncoding('utf8').on('data', chunk => (out += chunk))
  return new Promise(resolve => child.on('close', () => resolve(out.trimEnd().split('\n'))))
}

function expectLines(lines: readonly string[], count: number): void {
  expect(lines.length).toBe(count)
  expect(lines.findIndex((line, i) => !line.startsWith(`line ${i}`))).toBe(-1)
}

describe.each(['threads', 'processes'])('what %s print comes out, whole and in order, when', kind => {
  test('the program ends', async () => {
    expectLines(await outputOf(start(kind, 'the program ends')), 3000)
  })

  test.runIf(process.platform !== 'win32')('the program exits before it has received it', async () => {
    expectLines(await outputOf(start(kind, 'the program exits before it has received them')), 100)
  })

  test.for([
    ['the pool is shut down', 'down'],
    ['the task exits', 'WorkerExitedError'],
    ['the task runs out of time', 'TaskTimeoutError'],
    ['a child ends', 'joined'],
    ['a child exits', '4'],
  ])('%s', async ([way, last]) => {
    const lines = await outputOf(start(kind, way as string))
    expect(lines.at(-1)).toBe(last)
    expectLines(lines.slice(0, -1), 3000)
  })

  test('results are received between, and before each of them', async () => {
    const lines = await outputOf(start(kind, 'results are received between them'))
    expect(lines.map(line => line.replace(/ #+$/, ''))).toEqual(
      Array.from({ length: 20 }, (_, i) => [`line ${2 * i}`, `line ${2 * i + 1}`, `result ${i}`]).flat(),
    )
  })

  test('nobody reads for a while', async () => {
    const child = start(kind, 'nobody reads for a while')
    const full = await new Promise<string>(resolve => child.stderr.once('data', chunk => resolve(String(chunk))))
    // A process fills a pipe, which its parent reads.
    expect(full).toBe(kind === 'threads' ? 'full\n' : 'never full\n')
    expectLines(await outputOf(child), 3000)
  })
})

test('what a process prints is in order with what programs print that it runs', async () => {
  expectLines(await outputOf(start('processes', 'a program that the task runs prints between them')), 3)
})
