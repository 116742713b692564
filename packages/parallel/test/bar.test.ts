import cliProgress from 'cli-progress'
import { afterEach, describe, expect, test } from 'vitest'
import { BarRenderer } from '../src/progress/bar-renderer.ts'
import { ProgressState } from '../src/progress/progress-state.ts'
import { TerminalDisplay } from '../src/progress/terminal-display.ts'
import { Screen } from './support/screen.ts'

const { MultiBar } = cliProgress
/** Stops the timers of displays that a failed test left open. */
const open = new Set<() => void>()
afterEach(() => {
  for (const close of open) close()
  open.clear()
})

/** A terminal on which the program prints as well. */
function terminal(columns = 80, rows = 24) {
  const screen = new Screen(columns, rows)
  const out = { isTTY: true, write: (text: string | Uint8Array) => screen.write(String(text)) }
  const original = out.write
  let closed = false
  const display = new TerminalDisplay({ stream: screen, outputs: [out], MultiBar }, () => void (closed = true))
  return { screen, out, display, isRestored: () => closed && out.write === original }
}

describe('rows', () => {
  test('what the program prints goes above them', () => {
    const { screen, out, display } = terminal()
    const rows = [display.add(() => 'one'), display.add(() => 'two')]
    out.write('first\n')
    expect(screen.text).toBe('first\none\ntwo')
    out.write('second\nthird\n')
    expect(screen.text).toBe('first\nsecond\nthird\none\ntwo')
    out.write('not yet')
    expect(screen.text).toBe('first\nsecond\nthird\none\ntwo')
    display.remove(rows)
    expect(screen.text).toBe('first\nsecond\nthird\nnot yet')
  })

  test('a short line above leaves nothing of a long row', () => {
    const { screen, out, display } = terminal()
    const rows = [display.add(() => 'a long first row'), display.add(() => 'a long second row')]
    out.write('x\ny\n')
    expect(screen.text).toBe('x\ny\na long first row\na long second row')
    display.remove(rows)
  })

  test('a row that gets shorter is cleared to its end', () => {
    const { screen, out, display } = terminal()
    let text = 'a long text'
    const row = display.add(() => text)
    text = 'short'
    out.write('\n')
    expect(screen.text).toBe('\nshort')
    display.remove([row])
  })

  test('rows of one call go, those of the others stay', () => {
    const { screen, display, isRestored } = terminal()
    const [one, two, three] = ['one', 'two', 'three'].map(name => display.add(() => name))
    display.remove(two === undefined ? [] : [two], 'two is done')
    expect(screen.text).toBe('two is done\none\nthree')
    expect(isRestored()).toBe(false)
    display.remove(
      [one, three].filter(row => row !== undefined),
      'all done',
    )
    expect(screen.text).toBe('two is done\nall done')
    expect(isRestored()).toBe(true)
  })

  test('with the last one the terminal is as it was', () => {
    const { screen, display, isRestored } = terminal()
    display.remove([display.add(() => 'row')])
    expect(screen.text).toBe('')
    expect(isRestored()).toBe(true)
  })

  test('the cursor is never hidden and wrapping never turned off: a signal leaves nothing to restore', () => {
    const { screen, out, display } = terminal()
    const row = display.add(() => 'row')
    out.write('text\n')
    display.remove([row], 'done')
    expect(screen.raw).not.toContain('\x1b[?')
  })

  test('listeners for the exit of the program are removed with the last row', () => {
    const before = process.listenerCount('exit')
    const { display } = terminal()
    const row = display.add(() => 'row')
    expect(process.listenerCount('exit')).toBe(before + 1)
    display.remove([row])
    expect(process.listenerCount('exit')).toBe(before)
  })
})

describe('the bar of a call', () => {
  function call(options: { columns?: number; rows?: number; workers?: boolean; leave?: boolean } = {}) {
    const { screen, out, display, isRestored } = terminal(options.columns, options.rows)
    const opened = Promise.withResolvers<TerminalDisplay>()
    const renderer = new BarRenderer({
      stream: screen,
      workers: options.workers ?? false,
      leave: options.leave ?? true,
      open: () => opened.promise,
    })
    const state = new ProgressState({ desc: 'fits' })
    state.apply({ type: 'call-start', call: 1, time: 0, backend: 'threads', jobs: 2, total: 4 })
    const stop = (time: number) => {
      state.apply({ type: 'call-stop', call: 1, time, outcome: 'done', error: undefined })
      renderer.update(state)
    }
    open.add(() => state.outcome === undefined && stop(0))
    return { screen, out, display, isRestored, opened, renderer, state, stop }
  }

  test('grows, and its last state stays', async () => {
    const { screen, display, opened, renderer, state, stop, isRestored } = call()
    renderer.update(state)
    opened.resolve(display)
    await screen.shows(/fits +0%│ +│ +0\/4/)
    state.apply({ type: 'tasks-end', call: 1, time: 500, tasks: 2 })
    await screen.shows(/fits +50%│█+[▉-▏]? +│ +2\/4/)
    state.apply({ type: 'tasks-end', call: 1, time: 900, tasks: 2 })
    stop(1000)
    expect(screen.text).toMatch(/^fits 100%│█+│ +4\/4 \[00:01, 4 task\/s\] threads$/)
    expect(isRestored()).toBe(true)
  })

  test('leaves nothing with leave: false', async () => {
    const { screen, display, opened, renderer, state, stop } = call({ leave: false })
    renderer.update(state)
    opened.resolve(display)
    await screen.shows(/fits/)
    stop(1000)
    expect(screen.text).toBe('')
  })

  test('has a row per worker when asked, as many as fit', async () => {
    const { screen, display, opened, renderer, state, stop } = call({ workers: true, rows: 5 })
    renderer.update(state)
    opened.resolve(display)
    await screen.shows(/fits/)
    for (let id = 0; id < 4; id++) {
      state.apply({
        type: 'batch-end',
        call: 1,
        time: 500,
        batch: id,
        tasks: 1,
        durationMs: 400,
        worker: { kind: 'thread', id, threadId: id + 1 },
      })
    }
    renderer.update(state)
    await screen.shows(/worker 1 thread 2 +1 done +busy +80%/)
    expect(screen.text).not.toContain('worker 2')
    stop(1000)
    expect(screen.text).not.toContain('worker')
  })

  test('that ends before it could be drawn prints its last state only', async () => {
    const { screen, display, opened, renderer, state, stop } = call()
    renderer.update(state)
    stop(400)
    opened.resolve(display)
    await opened.promise
    expect(screen.text).toMatch(/^fits +0%│.*threads$/)
    display.remove([])
  })
})
