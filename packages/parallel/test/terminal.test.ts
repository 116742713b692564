import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Screen } from './support/screen.ts'

const program = new URL('./tasks/terminal-program.ts', import.meta.url).pathname
/** `script` of util-linux gives a program a terminal. */
const hasTerminal =
  process.platform === 'linux' && spawnSync('script', ['--version']).stdout?.toString().includes('util-linux')

/** Runs the program on a terminal. */
function run(how: string, env: NodeJS.ProcessEnv = {}) {
  const command = `'${process.execPath}' --conditions=@manyhands/source '${program}' ${how}`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', ...env },
  })
  const screen = new Screen(200)
  child.stdout.setEncoding('utf8').on('data', (text: string) => screen.write(text.replaceAll('\r\n', '\n')))
  return { child, screen, closed: once(child, 'close') }
}

/** No sequence that changes how the terminal behaves was ever sent. */
const leavesTerminalAlone = ({ raw }: Screen) => expect(raw).not.toContain('\x1b[?')

describe.runIf(hasTerminal)('on a terminal', () => {
  test('a bar is drawn, output goes above it, and its last state stays', async () => {
    const { screen, closed } = run('done')
    await screen.shows(/^steps +\d+%│.*async$/m)
    await closed
    const lines = [
      /printed by the program/,
      /an error message/,
      /no newline, printed by a task/,
      /steps 100%│█+│ +60\/60 \[00:0\d, \d+ step\/s\] async/,
      /write is its own, 0 listeners/,
    ]
    expect(screen.text).toMatch(new RegExp(`^${lines.map(line => line.source).join('\\n')}$`))
    leavesTerminalAlone(screen)
  })

  test('after a failure the terminal is as it was', async () => {
    const { screen, closed } = run('fail')
    await closed
    expect(screen.text).toMatch(
      /steps +8\d%│.*51\/60 .* failed ✗ 1 async\n.*failed: task 50\nwrite is its own, 0 listeners$/,
    )
    leavesTerminalAlone(screen)
  })

  test('process.exit loses nothing of what was printed', async () => {
    const { screen, closed } = run('exit')
    const [code] = (await closed) as [number]
    expect(code).toBe(0)
    expect(screen.text).toMatch(/printed by the program\nan error message\nno newline,$/)
    leavesTerminalAlone(screen)
  })

  test('Ctrl-C ends the program at once and leaves nothing to restore', async () => {
    const { child, screen, closed } = run('done')
    await screen.shows(/^steps +\d+%│/m)
    child.stdin.write('\x03')
    const [code] = (await closed) as [number]
    expect(code).toBe(130)
    leavesTerminalAlone(screen)
  })

  test.each([
    ['lines', /^\[parallel\] steps: start, 60 to do, jobs 1 \(async\)$/m],
    ['off', /^printed by the program$/m],
  ])('MANYHANDS_PROGRESS=%s draws no bar', async (value, pattern) => {
    const { screen, closed } = run('done', { MANYHANDS_PROGRESS: value })
    await closed
    expect(screen.text).toMatch(pattern)
    expect(screen.text).not.toContain('│')
    expect(screen.text.includes('[parallel]')).toBe(value === 'lines')
  })
})

test('elsewhere there are plain lines on stderr, and stdout is left alone', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=@manyhands/source', program, 'done'], {
    encoding: 'utf8',
  })
  expect(stdout).toBe('printed by the program\nno newline, printed by a task\nwrite is its own, 0 listeners\n')
  expect(stderr).toMatch(/^\[parallel\] steps: start, 60 to do, jobs 1 \(async\)\n/)
  expect(stderr).toMatch(
    /\[parallel\] steps: \d\d\/60 +\d\d% {2}elapsed 00:0\d {2}eta 00:0\d {2}\d+ step\/s {2}busy 1\/1\n/,
  )
  expect(stderr).toMatch(/\[parallel\] steps: done 60\/60 {2}elapsed 00:0\d\.\d {2}\d+ step\/s {2}utilisation \d+%\n$/)
})

test('an unknown MANYHANDS_PROGRESS is a warning', () => {
  const { stderr } = spawnSync(process.execPath, ['--conditions=@manyhands/source', program, 'done'], {
    encoding: 'utf8',
    env: { ...process.env, MANYHANDS_PROGRESS: 'pretty' },
  })
  expect(stderr).toContain(
    '[MANYHANDS_PROGRESS] ManyhandsWarning: MANYHANDS_PROGRESS must be auto, bar, lines or off, got "pretty"',
  )
  expect(stderr).toContain('[parallel] steps: done 60/60')
})
