// Runs one case as a program: what a task gives inline must be what it gives on a thread and in a process.
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ name: string, imports: string, expression: string, initializer?: string }} Case */
/** How a program is started: what makes the file that is run from the one that was written, and options of Node. */
/** @typedef {{ options?: readonly string[], build?: (file: string) => Promise<string> }} Environment */

const backends = ['threads', 'processes']

/**
 * @param {Case} item
 * @param {{ folder: string, node?: string, environment?: Environment }} where - the packages are installed in `folder`
 * @returns {Promise<{ verdict: 'same' | 'cured' | 'refused' | 'wrong' | 'error', detail: string }>}
 * `cured`: refused, or warned of, with a cure that works
 */
export async function runCase(item, where) {
  const first = await run(programOf(item), item.name, where)
  const detail = `${first.rows.find(row => row !== 'same') ?? ''} ${first.stderr}`.trim()
  // A program that could not be started, or ended before its last line, has printed no rows.
  if (first.rows.length < backends.length) return { verdict: 'error', detail: detail || 'the program printed nothing' }
  if (first.rows.every(row => row === 'same')) return { verdict: 'same', detail: '' }
  const cured = curedCase(item, first)
  if (cured !== undefined) {
    const second = await run(programOf(cured), `${item.name}-cured`, where)
    if (second.rows.length === backends.length && second.rows.every(row => row === 'same')) {
      return { verdict: 'cured', detail }
    }
    return { verdict: 'error', detail: `the cure does not help: ${second.rows.join(' ')} ${second.stderr}` }
  }
  return { verdict: first.rows.some(row => row.startsWith('wrong')) ? 'wrong' : 'refused', detail }
}

/** What the message proposes: an initializer that the case knows, or the line with `perWorker`. */
function curedCase(item, { rows, stderr }) {
  if (item.initializer !== undefined && stderr.includes('MANYHANDS_SETUP')) return { ...item, useInitializer: true }
  const [, name, made, use] =
    /`const (\w+) = perWorker\(\(\) => (.*?)\)`, and write `(.*?)` in the function/.exec(rows.join('\n')) ?? []
  if (name === undefined) return undefined
  const declaration = `const ${name} = ${made}`
  if (!item.imports.includes(declaration)) return undefined
  return {
    ...item,
    imports: item.imports.replace(declaration, `const ${name} = perWorker(() => ${made})`),
    expression: item.expression.replaceAll(new RegExp(`(?<![.\\w'])${name}(?![\\w'])`, 'g'), use),
  }
}

function programOf({ imports, expression, initializer, useInitializer }) {
  const body = expression.startsWith('{') ? expression : `(${expression})`
  const options = `jobs: 1, backend${useInitializer === true ? `, initializer: ${initializer}` : ''}`
  return `import { parallelMap, perWorker } from 'manyhands'
${imports}
const compute = async () => ${body}
const rows = []
const got = []
for (const backend of ${JSON.stringify(backends)}) {
  try {
    const [value] = await parallelMap([0], compute, { ${options} })
    got.push(JSON.stringify(value))
  } catch (error) {
    got.push(error instanceof Error ? error.name + ': ' + error.message : String(error))
  }
}
const want = JSON.stringify(await compute())
const verdict = text => (/^\\w*Error: /.test(text) ? text : 'wrong: ' + text + ' instead of ' + want)
for (const text of got) rows.push(text === want ? 'same' : verdict(text))
console.log('ROWS ' + JSON.stringify(rows))
process.exit(0)
`
}

async function run(text, name, { folder, node = process.execPath, environment = {} }) {
  mkdirSync(join(folder, 'cases'), { recursive: true })
  const file = join(folder, 'cases', `${name}.mjs`)
  writeFileSync(file, text)
  let program = file
  try {
    program = (await environment.build?.(file)) ?? file
  } catch (error) {
    return { rows: [], stderr: `it cannot be bundled: ${String(error)}` }
  }
  const { stdout, stderr } = await new Promise(resolve => {
    execFile(
      node,
      [...(environment.options ?? []), program],
      { cwd: folder, timeout: 60_000, killSignal: 'SIGKILL', maxBuffer: 1 << 24 },
      (error, out, err) => resolve({ stdout: out, stderr: err || (error?.message ?? '') }),
    )
  })
  const line = stdout.split('\n').find(row => row.startsWith('ROWS '))
  return { rows: line === undefined ? [] : JSON.parse(line.slice(5)), stderr }
}
