import { checkFunction, describeValue, slot } from '@manyhands/base'
import { nameOf } from '../text/name-of.ts'

/** What the user said of a function, instead of having it read. */
export type Declared =
  | { readonly captures: Readonly<Record<string, unknown>>; readonly fn: object }
  | { readonly module: string; readonly name: string }

function declared(): WeakMap<object, Declared> {
  return slot('closure.declared', () => new WeakMap<object, Declared>())
}

export function declaredFor(fn: object): Declared | undefined {
  return declared().get(fn)
}

/**
 * Says what a function captures, where it cannot be read (no inspector: Bun, Deno, `--permission`; minified names): its
 * text travels with these values only.
 *
 * ```ts
 * const rate = 0.2
 * const withTax = withCaptures((price: number) => price * (1 + rate), { rate })
 * ```
 *
 * @returns a function that does the same as `fn`
 * @throws TypeError when `fn` is no function or `captures` no object
 */
export function withCaptures<F extends (...args: never[]) => unknown>(
  fn: F,
  captures: Readonly<Record<string, unknown>>,
): F {
  checkFunction('fn', fn)
  if (typeof captures !== 'object' || captures === null) {
    throw new TypeError(`captures must be an object of variables, got ${describeValue(captures)}`)
  }
  const call = fn as unknown as (...args: unknown[]) => unknown
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return call.apply(this, args)
  }
  Object.defineProperties(wrapper, { name: { value: nameOf(fn) }, length: { value: fn.length } })
  declared().set(wrapper, { captures, fn })
  return wrapper as unknown as F
}

type Exported<M> = { [K in keyof M]: M[K] extends (...args: never[]) => unknown ? K : never }[keyof M] & string
type RemoteFunction<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never
/**
 * Of several functions one that takes the arguments of any: TypeScript cannot infer which is meant when the type of the
 * module is given.
 */
type AnyOf<F> = (F extends unknown ? (all: F) => void : never) extends (all: infer I) => void ? I : never

/** The functions of a module, each by reference. */
export type RemoteModule<M> = { readonly [K in Exported<M>]: RemoteFunction<M[K]> }

/**
 * The functions of a module by their names. Each travels as just that; called here, it imports the module first.
 *
 * ```ts
 * const { fold } = remote<typeof import('./fold.ts')>(new URL('./fold.ts', import.meta.url))
 * ```
 *
 * @param module - URL of the module; a worker must be able to import it
 * @throws TypeError when `module` is no absolute URL
 */
export function remote<M>(module: URL | string): RemoteModule<M>
/**
 * A function by its module and name.
 *
 * ```ts
 * const fold = remote<typeof import('./fold.ts')>(new URL('./fold.ts', import.meta.url), 'fold')
 * ```
 *
 * Of a module with several functions the type is that of any of them;
 * `remote<typeof import('./fold.ts'), 'fold'>(url, 'fold')` and `remote<…>(url).fold` have exactly the one.
 *
 * @throws TypeError when `module` is no absolute URL or `name` no string
 */
export function remote<M, N extends Exported<M> = Exported<M>>(module: URL | string, name: N): AnyOf<RemoteModule<M>[N]>
export function remote(module: URL | string, name?: string): unknown {
  const url =
    typeof module === 'string' && URL.canParse(module) ? module : module instanceof URL ? module.href : undefined
  if (url === undefined) {
    throw new TypeError(
      `module must be an absolute URL, such as new URL('./tasks.ts', import.meta.url), got ${describeValue(module)}`,
    )
  }
  if (name === undefined) return remoteModule(url)
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`name must be the name of an export, got ${describeValue(name)}`)
  }
  return remoteFunction(url, name)
}

function remoteFunction(url: string, name: string): unknown {
  const call = async (...args: unknown[]): Promise<unknown> => {
    const exports = (await import(/* webpackIgnore: true */ url)) as Readonly<Record<string, unknown>>
    const fn = exports[name]
    checkFunction(`export \`${name}\` of ${url}`, fn)
    return (fn as (...all: unknown[]) => unknown)(...args)
  }
  Object.defineProperty(call, 'name', { value: name })
  declared().set(call, { module: url, name })
  return call
}

/** One function for each name that is asked for. `then` is none: it would make the module look like a promise. */
function remoteModule(url: string): unknown {
  const functions = new Map<string, unknown>()
  return new Proxy(Object.freeze({}), {
    get(_target, name) {
      if (typeof name !== 'string' || name === 'then') return undefined
      if (!functions.has(name)) functions.set(name, remoteFunction(url, name))
      return functions.get(name)
    },
  })
}
