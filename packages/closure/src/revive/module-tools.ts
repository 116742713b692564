import { isBuiltin } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, Script } from 'node:vm'

/** `import.meta` of the module `url`. */
export function importMetaOf(url: string): object {
  if (!url.startsWith('file:')) return Object.freeze({ url, main: false })
  const filename = pathOf(url)
  return Object.freeze({
    url,
    filename,
    dirname: dirname(filename),
    main: false,
    resolve: (specifier: string) => resolve(specifier, url) ?? specifier,
  })
}

/** `import()` of the module `url`. */
export function importFrom(url: string): (specifier: unknown, options?: ImportCallOptions) => Promise<unknown> {
  let importBare: ((specifier: string, options?: ImportCallOptions) => Promise<unknown>) | undefined
  return async (specifier, options) => {
    const name = String(specifier)
    const target = resolve(name, url)
    if (target !== undefined) {
      return (await (options === undefined
        ? import(/* webpackIgnore: true */ target)
        : withoutLoaderWarning(() => importWith(target, options)))) as unknown
    }
    // Only the loader knows what the name of a package means there.
    importBare ??= new Script('(specifier, options) => import(specifier, options)', {
      filename: url.startsWith('file:') ? pathOf(url) : 'manyhands',
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext() as NonNullable<typeof importBare>
    const load = importBare
    return await withoutLoaderWarning(() => load(name, options))
  }
}

function resolve(specifier: string, base: string): string | undefined {
  if (/^\.{0,2}\//.test(specifier)) return URL.canParse(specifier, base) ? new URL(specifier, base).href : undefined
  if (isBuiltin(specifier)) return specifier
  return URL.canParse(specifier) ? specifier : undefined
}

function pathOf(url: string): string {
  return fileURLToPath(url.replace(/[?#].*$/, ''))
}

/**
 * Without the warning of Node.js that the way to its loader is experimental: it is we who chose that way, and the user
 * can do nothing about it.
 */
function withoutLoaderWarning<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = ((...args: Parameters<typeof emitWarning>) => {
    if (!String(args[0]).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) emitWarning.apply(process, args)
  }) as typeof emitWarning
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Written as text because bundlers complain of options that they cannot read. */
function importWith(target: string, options: ImportCallOptions): Promise<unknown> {
  return new Script('(target, options) => import(target, options)', {
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext()(target, options) as Promise<unknown>
}
