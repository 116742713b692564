import { type Across, origin, type Origin, replace, revive, reviveShared, slot } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { linkTo } from './link-to.ts'
import type { Link } from './link.ts'
import type { ProxyHandle } from './messages.ts'
import { ManagedResult } from './remote-link.ts'

/** Calls a method of the object; for proxies. */
export const call: unique symbol = Symbol('call') as never

type ProxyClass<P> = new (handle: ProxyHandle) => P

const gone = (): FinalizationRegistry<{ readonly link: Link; readonly object: number }> =>
  slot(
    'pool.managedGone',
    () =>
      new FinalizationRegistry<{ readonly link: Link; readonly object: number }>(({ link, object }) =>
        link.release(object),
      ),
  )

/**
 * Stands for an object of a manager. It can be sent anywhere, and in a thread there is one for each object. When the
 * last one in any process is gone, so is the object.
 */
export abstract class Managed {
  readonly #handle: ProxyHandle
  readonly #link: Link

  /** Proxies are made by a manager. */
  constructor(handle: ProxyHandle) {
    this.#handle = handle
    this.#link = linkTo(handle.server)
    this.#link.claim(handle.object, handle.ticket, true)
    gone().register(this, { link: this.#link, object: handle.object })
  }

  async [call]<R>(method: string, ...args: readonly unknown[]): Promise<R> {
    const result = await this.#link.call(this.#handle.object, method, args)
    return (result instanceof ManagedResult ? reviveProxy(IteratorProxy, result.handle) : result) as R
  }

  [replace](_across: Across, onDiscard: (undo: () => void) => void): ProxyHandle {
    const { object } = this.#handle
    const ticket = this.#link.ticket(object)
    onDiscard(() => this.#link.claim(object, ticket, false))
    return { ...this.#handle, ticket }
  }

  static [revive](handle: ProxyHandle): Managed {
    return reviveProxy(this as unknown as ProxyClass<Managed>, handle)
  }
}

/** The proxy of this thread for the object. */
export function reviveProxy<P extends Managed>(type: ProxyClass<P>, handle: ProxyHandle): P {
  let isNew = false
  const proxy = reviveShared(`${handle.server.id}/${handle.object}`, () => {
    isNew = true
    return new type(handle)
  })
  if (!isNew) linkTo(handle.server).claim(handle.object, handle.ticket, false)
  return proxy
}

/**
 * An iterator that stays in its manager, such as the one that a generator method returns. Each step is a call.
 *
 * In this file because it is made here and is itself one of those.
 */
export class IteratorProxy<T = unknown> extends Managed implements AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T, undefined>> {
    return this[call]('next')
  }

  /** Ends it: its `finally` runs. */
  return(): Promise<IteratorResult<T, undefined>> {
    return this[call]('return')
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  static get [origin](): Origin {
    return poolOrigin('IteratorProxy')
  }
}
