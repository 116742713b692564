import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import * as manyhands from '../src/index.ts'

const packages = join(import.meta.dirname, '../..')

/** What an example takes for granted, by a part of its text. */
const preludes: Readonly<Record<string, string>> = {
  'asCompleted(futures)':
    'const futures = [1, 2].map(n => { const resolver = new FutureResolver(); resolver.start(); ' +
    'resolver.resolve(n); return resolver.future })',
  'condition.waitFor': 'const condition = new Condition(); const items = []',
  'waitAny([connection':
    'const [connection, other] = pipe(); await other.send(1); const child = new Process({ target: () => {} ' +
    '}); await child.start()',
  "connect('./my.sock'":
    "const listener = await Listener.create('./my.sock', { authKey: 'secret' }); void " +
    'listener.accept().then(() => listener.close())',
  'delayed(fit)(X, f)':
    'const folds = [1, 2]; const X = 3; const fit = (x, f) => x * f; const use = () => {}; const tasks = ' +
    '[delayed(fit)(1, 2)]',
  'delayed(square)': 'const square = n => n ** 2',
  'libraryThatUsesParallel()': 'const libraryThatUsesParallel = () => parallelMap([1, 2], x => x)',
  'executorBackend(pool)': 'const loadModel = () => {}; const tasks = [delayed(x => x)(1)]',
  'new ClusterBackend(url)':
    "const url = ''; const tasks = [delayed(x => x)(1)]; const pool = new ThreadPoolExecutor({ maxWorkers: 1 }); " +
    'const ClusterBackend = function () { return executorBackend(pool) }',
  'pool.measure()': 'const X = [1]; const fit = x => x; const pool = new ThreadPoolExecutor({ maxWorkers: 1 })',
  'move(new Uint8Array': 'const pool = new ThreadPoolExecutor({ maxWorkers: 1 })',
}

interface Example {
  readonly where: string
  readonly code: string
}

/** The `ts` blocks of all docstrings. */
function examples(): Example[] {
  const files = readdirSync(packages).flatMap(name =>
    readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' }).map(file =>
      join(name, 'src', file),
    ),
  )
  return files
    .filter(file => file.endsWith('.ts'))
    .flatMap(where =>
      [...readFileSync(join(packages, where), 'utf8').matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)].map(
        ([, block = '']) => ({ where, code: block.replaceAll(/^ *\* ?/gm, '') }),
      ),
    )
}

test('every example in a docstring runs', async () => {
  const all = examples()
  expect(all.length).toBeGreaterThan(20)
  const folder = mkdtempSync(join(import.meta.dirname, '../.example-'))
  try {
    const blocks = all.map(({ where, code }) => {
      const [, prelude = ''] = Object.entries(preludes).find(([part]) => code.includes(part)) ?? []
      const names = Object.keys(manyhands).filter(name => new RegExp(`\\b${name}\\b`).test(prelude + code))
      return `// ${where}\nasync () => {\nconst { ${names.join(', ')} } = manyhands\n${prelude}\n${code}\n}`
    })
    writeFileSync(join(folder, 'fold.ts'), 'export const fold = (x: number): number => x\n')
    const program =
      `import * as manyhands from 'manyhands'\nfor (const example of [\n${blocks.join(',\n')},\n]) await ` +
      "example()\nconsole.log('all ran')\nprocess.exit()\n"
    // Node 22 does not know `using`, and what an example does not release, a later line may wait for.
    const knowsUsing = Number(process.versions.node.split('.')[0]) >= 24
    writeFileSync(
      join(folder, 'examples.ts'),
      knowsUsing ? program : (await transform(program, { loader: 'ts', target: 'node22' })).code,
    )
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@manyhands/source', 'examples.ts'],
      { cwd: folder, timeout: 170_000 },
    )
    expect(stderr).toBe('')
    expect(stdout).toMatch(/all ran\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
