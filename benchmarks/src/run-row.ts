import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Row } from './row.ts'
import type { Measurement, SectionDefinition } from './section.ts'

const child = fileURLToPath(new URL('child.ts', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** A child that takes longer is ended; what it measured is lost. */
const limitMs = 40_000

/** Measures `row` once, in fresh processes. What went wrong is in the notes; it never throws. */
export async function runRow(section: SectionDefinition, row: Row, signal: AbortSignal): Promise<Measurement> {
  if (section.poolSizes === undefined) return runChild(section, row, 2, signal)
  const [few, many] = section.poolSizes
  const small = await runChild(section, row, few, signal)
  const large = await runChild(section, row, many, signal)
  const values = Object.keys(small.values).flatMap(metric => {
    const [less, more] = [small.values[metric], large.values[metric]]
    return less === undefined || more === undefined ? [] : [[metric, (more - less) / (many - few)] as const]
  })
  return { values: Object.fromEntries(values), notes: [...small.notes, ...large.notes] }
}

function runChild(section: SectionDefinition, row: Row, workers: number, signal: AbortSignal): Promise<Measurement> {
  // A process group of its own, so that what a library leaves behind is ended with it.
  const own = spawn(process.execPath, [child, section.name, row.name, String(workers)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  const reap = (): void => {
    try {
      if (own.pid !== undefined && process.platform !== 'win32') process.kill(-own.pid, 'SIGKILL')
      else own.kill('SIGKILL')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
  const timer = setTimeout(reap, limitMs)
  signal.addEventListener('abort', reap, { once: true })
  own.once('exit', reap)
  let [stdout, stderr] = ['', '']
  own.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  own.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += stderr.length < 10_000 ? text : ''))
  return new Promise((resolve, reject) => {
    own.once('error', reject)
    own.once('close', (code, ending) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', reap)
      const last = stdout.trimEnd().split('\n').at(-1) ?? ''
      if (code === 0 && last.startsWith('{')) return resolve(JSON.parse(last) as Measurement)
      const why = stderr.split('\n').find(line => /Error\b/.test(line)) ?? stderr.trim().split('\n').at(-1) ?? ''
      resolve({
        values: {},
        notes: [`failed (${ending ?? `exit code ${code}`}) ${why.trim().replaceAll(root, '')}`.trim().slice(0, 160)],
      })
    })
  })
}
