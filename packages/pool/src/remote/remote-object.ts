import { origin, type Origin, Promise } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { call, type IteratorProxy, Managed } from './managed.ts'
import type { ProxyHandle } from './messages.ts'

type Method = (...args: never) => unknown
/** Names of methods, without those that begin with `_`, and `then`, which would make the proxy a promise. */
type PublicMethods<T> = {
  [K in keyof T]: K extends string ? (K extends `_${string}` | 'then' ? never : T[K] extends Method ? K : never) : never
}[keyof T]
/** What a call of a method returns: generators stay where they are. */
type Result<R> = R extends Iterator<infer Y, unknown, never> | AsyncIterator<infer Y, unknown, never>
  ? IteratorProxy<Y>
  : R

/**
 * A proxy of an object of a class of yours: its methods, each with a promise of what it returns. Fields and getters are
 * not there.
 */
export type Remote<T, K extends keyof T = PublicMethods<T>> = RemoteObject & {
  readonly [P in K]: T[P] extends (...args: infer A) => infer R ? (...args: A) => Promise<Result<Awaited<R>>> : never
}

/** What proxies of objects of your own classes are instances of; see {@link Remote}. */
export class RemoteObject extends Managed {
  constructor(handle: ProxyHandle) {
    super(handle)
    const { exposed = [], hidden = [], className } = handle
    for (const name of exposed) this.#define(name, (...args) => this[call](name, ...args))
    for (const name of hidden) {
      this.#define(name, () =>
        Promise.reject(
          new TypeError(
            `the method \`${name}\` of \`${className}\` is not exposed: those are ${exposed.join(', ') || 'none'}`,
          ),
        ),
      )
    }
  }

  #define(name: string, value: (...args: readonly unknown[]) => Promise<unknown>): void {
    Object.defineProperty(this, name, { value, configurable: true })
  }

  static get [origin](): Origin {
    return poolOrigin('RemoteObject')
  }
}
