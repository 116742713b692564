import { pathToFileURL } from 'node:url'
import { requireFrom } from '../protocol/require.ts'
import { pathOf } from '../text/scripts.ts'

/** A package that is installed. */
interface Package {
  readonly name: string
  /** With a slash at the end. */
  readonly directory: URL
}

/** `name` of `name/path`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** The installed package that a file belongs to. */
export function packageWith(url: string): Package | undefined {
  const [, before, name] = /^(file:.*\/node_modules\/)((?:@[^/]+\/)?[^/]+)\/[^]*$/.exec(url) ?? []
  return before === undefined || name === undefined
    ? undefined
    : { name: decodeURIComponent(name), directory: new URL(`${before}${name}/`) }
}

const entries = new Map<string, readonly string[]>()

/**
 * The URLs of the files that `specifier` may name in the module `from`, under any condition: which one it is shows by
 * what is loaded.
 */
export function entriesOf(specifier: string, from: string): readonly string[] {
  return remembered(`${specifier} ${from}`, () => {
    const file = resolved(specifier, from)
    const own = packageOf(specifier)
    const found = file === undefined ? packageAbove(own, from) : packageWith(file)
    const listed = found === undefined ? [] : targetsOf(found, `.${specifier.slice(own.length)}`)
    return file === undefined ? listed : [...listed, file]
  })
}

/** The URLs of the files that a package is imported by, the main one first. */
export function entriesOfPackage(own: Package): readonly string[] {
  return remembered(own.directory.href, () => {
    const main = resolved(pathOf(own.directory.href) ?? '', own.directory.href)
    return [...targetsOf(own, undefined), ...(main === undefined ? [] : [main])]
  })
}

function remembered(key: string, find: () => readonly string[]): readonly string[] {
  let found = entries.get(key)
  if (found === undefined) entries.set(key, (found = [...new Set(find())]))
  return found
}

function resolved(specifier: string, from: string): string | undefined {
  try {
    return pathToFileURL(requireFrom(from).resolve(specifier)).href
  } catch {
    return undefined // not for `require`
  }
}

/** Where `require` does not find a package, as it is for `import` alone. */
function packageAbove(name: string, from: string): Package | undefined {
  const { existsSync, realpathSync } = process.getBuiltinModule('node:fs')
  for (let at = new URL('./', from); ; at = new URL('../', at)) {
    const path = pathOf(new URL(`node_modules/${name}/`, at).href) ?? ''
    if (existsSync(path)) return { name, directory: new URL(`${pathToFileURL(realpathSync(path)).href}/`) }
    if (at.pathname === new URL('../', at).pathname) return undefined
  }
}

/** @param subpath - `.` or `./path`; undefined for all, the main one first */
function targetsOf({ directory }: Package, subpath: string | undefined): readonly string[] {
  const { exports } = manifestOf(directory)
  const isTable = typeof exports === 'object' && exports !== null && Object.keys(exports).some(key => key[0] === '.')
  const table = (isTable ? exports : { '.': exports }) as Readonly<Record<string, unknown>>
  const keys = subpath === undefined ? ['.', ...Object.keys(table)] : [subpath]
  return keys.flatMap(key => stringsIn(table[key])).map(target => new URL(target, directory).href)
}

function manifestOf(directory: URL): { readonly exports?: unknown } {
  try {
    const text = process.getBuiltinModule('node:fs').readFileSync(new URL('package.json', directory), 'utf8')
    return JSON.parse(text) as { readonly exports?: unknown }
  } catch {
    return {} // A folder of its own may lack one.
  }
}

/** Files of patterns (`./*.js`) are none, and so are other packages. */
function stringsIn(targets: unknown): readonly string[] {
  if (typeof targets === 'string') return targets.startsWith('./') && !targets.includes('*') ? [targets] : []
  return typeof targets === 'object' && targets !== null ? Object.values(targets).flatMap(stringsIn) : []
}
