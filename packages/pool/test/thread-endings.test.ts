import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { slot } from '@manyhands/base'
import { Region } from '@manyhands/core'
import { expect, test } from 'vitest'
import { Thread } from '../src/index.ts'

type Cell = Int32Array<SharedArrayBuffer>

/** What a thread has told of its native calls. */
const [INSIDE, RETURNED, INSIDE_AGAIN] = [1, 2, 3] as const

/**
 * Makes two native calls one after the other. They stand for those that abort the program when the thread is terminated
 * inside: the first one takes 100 ms.
 */
function callTwice(cell: Cell): void {
  const state = slot<{ loaders: unknown; provider: unknown }>('core.memoryProvider', () => ({
    loaders: [],
    provider: undefined,
  }))
  const call = (load: () => void): void => {
    Object.assign(state, { loaders: [load], provider: undefined })
    Region.create(8, { across: 'auto' })
  }
  call(() => {
    Atomics.store(cell, 0, INSIDE)
    Atomics.notify(cell, 0)
    const until = performance.now() + 100
    while (performance.now() < until);
    Atomics.store(cell, 0, RETURNED)
  })
  for (;;) call(() => Atomics.store(cell, 0, INSIDE_AGAIN))
}

async function startAnother(target: (cell: Cell) => void, cell: Cell): Promise<void> {
  await new Thread({ target, args: [cell] }).start()
}

async function exitMeanwhile(target: (cell: Cell) => void, cell: Cell): Promise<void> {
  const inside = Atomics.waitAsync(cell, 0, 0)
  await new Thread({ target, args: [cell] }).start()
  await inside.value
  process.exit(7)
}

async function isInside(cell: Cell): Promise<void> {
  expect(await Atomics.waitAsync(cell, 0, 0).value).toMatch(/ok|not-equal/)
}

test('terminate waits until the native call of the thread has returned, and no other one begins', async () => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Thread({ target: callTwice, args: [cell] })
  await thread.start()
  await isInside(cell)
  thread.terminate()
  await thread.join()
  expect(cell[0]).toBe(RETURNED)
})

test('terminate waits also for the native calls of threads that the thread has started', async () => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Thread({ target: startAnother, args: [callTwice, cell] as const })
  await thread.start()
  await isInside(cell)
  thread.terminate()
  await thread.join()
  expect(cell[0]).toBe(RETURNED)
})

test('a thread that exits waits for the native calls of threads that it has started', async () => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Thread({ target: exitMeanwhile, args: [callTwice, cell] as const })
  await thread.start()
  expect(await thread.join()).toEqual({ exitCode: 7, signalCode: null })
  expect(cell[0]).toBe(RETURNED)
})

test('threads end at any moment, and the program does not abort', async () => {
  const program = fileURLToPath(new URL('./programs/terminations.ts', import.meta.url))
  const child = execFile(process.execPath, ['--conditions=@manyhands/source', program, '40'])
  let output = ''
  child.stdout?.on('data', text => (output += text))
  child.stderr?.on('data', text => (output += text))
  await once(child, 'close')
  expect(output).toMatch(/^\d+ terminations, 0 aborts\n$/)
}, 180_000)
