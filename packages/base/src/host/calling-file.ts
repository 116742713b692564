import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getCallSites } from 'node:util'

/**
 * The URL of the file that is running where this is called; in a bundle that of the bundle.
 *
 * `import.meta.url` would be simpler. But webpack puts the place there that the file had where the bundle was made,
 * CommonJS has none, and what jest compiles to CommonJS may not even mention it.
 *
 * @returns empty when it is no file: a text, or built into the executable
 */
export function callingFile(): string {
  const [, caller] = getCallSites(2, { sourceMap: false })
  const name = caller?.scriptName ?? ''
  if (name.startsWith('file:')) return name
  return isAbsolute(name) ? pathToFileURL(name).href : ''
}

/**
 * The URL of a package's index, from a file at the root of its `src`: bundling moves every file next to index.js, so
 * that from there it has the same place before and after. Empty when that is no file.
 */
export function indexBeside(file: string): string {
  return file === '' ? '' : new URL(file.endsWith('.ts') ? './index.ts' : './index.js', file).href
}

/**
 * `require` of a file, which need not exist; without one that of the working directory.
 *
 * Bundlers follow an imported `createRequire`, and webpack then puts nothing in its place.
 */
export function requireOf(file = ''): NodeJS.Require {
  return process.getBuiltinModule('node:module').createRequire(file === '' ? `${process.cwd()}/program` : file)
}
