import { describeValue, origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { call, Managed } from '../remote/managed.ts'

/** Names with values in a manager. Names do not begin with `_`. Otherwise as {@link ListProxy}. */
export class NamespaceProxy<T extends object = Record<string, unknown>> extends Managed {
  /** @returns undefined when there is none */
  get<K extends keyof T & string>(name: K): Promise<T[K] | undefined> {
    return this.#call('get', name)
  }

  set<K extends keyof T & string>(name: K, value: T[K]): Promise<void> {
    return this.#call('set', name, value)
  }

  has(name: keyof T & string): Promise<boolean> {
    return this.#call('has', name)
  }

  /** @returns whether it was there */
  delete(name: keyof T & string): Promise<boolean> {
    return this.#call('delete', name)
  }

  toObject(): Promise<Partial<T>> {
    return this[call]('toObject')
  }

  async #call<R>(method: string, name: string, ...more: readonly unknown[]): Promise<R> {
    checkName(name)
    return this[call](method, name, ...more)
  }

  static get [origin](): Origin {
    return poolOrigin('NamespaceProxy')
  }
}

/** @throws TypeError unless it is a name for everyone */
export function checkName(name: unknown): void {
  if (typeof name !== 'string') {
    throw new TypeError(`a name in a namespace must be a string, got ${describeValue(name)}`)
  }
  if (name.startsWith('_')) {
    throw new TypeError(
      `a name in a namespace must not begin with an underscore, as such names are private, got ${describeValue(name)}`,
    )
  }
}
