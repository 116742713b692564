import { Agent } from 'node:http'
import { Socket } from 'node:net'
import { inherits } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProcessPoolExecutor, ThreadPoolExecutor, type WorkerExecutor } from '../src/index.ts'

// What a task throws arrives, whatever it holds; and its worker lives on.

/** Its constructor does not say what the private member is, so it cannot be made again here. */
class PrivateError extends TypeError {
  readonly #secret: number
  readonly status = 404
  constructor(message: string) {
    super(message)
    this.#secret = message.length * 2
  }
  get secret(): number {
    return this.#secret
  }
}

interface OldError extends Error {
  readonly info: object
  readonly describe: () => string
}
/** As libraries write it that are older than classes. */
const OldError = function (this: { message: string; info: object }, message: string, info: object) {
  Error.captureStackTrace(this, OldError)
  this.message = message
  this.info = info
} as unknown as new (message: string, info: object) => OldError
inherits(OldError, Error)
OldError.prototype.name = 'OldError'
;(OldError.prototype as { describe: unknown }).describe = function (this: OldError) {
  return `${this.name} ${JSON.stringify(this.info)}`
}

describe.for(['threads', 'processes'] as const)('%s', kind => {
  let pool: WorkerExecutor
  beforeAll(() => {
    pool = new (kind === 'threads' ? ThreadPoolExecutor : ProcessPoolExecutor)({ maxWorkers: 1 })
  })
  afterAll(() => pool.terminate())
  const thrownBy = (task: () => unknown): Promise<unknown> =>
    pool.submit(task).then(
      () => expect.unreachable(),
      (error: unknown) => error,
    )

  test('an error keeps what can travel, and lists what cannot', async () => {
    const error = await thrownBy(() => {
      const config = { agent: new Agent(), url: '/a', list: [new WeakRef({}), 4] }
      throw Object.assign(new RangeError('m', { cause: Object.assign(new Error('inner'), { socket: new Socket() }) }), {
        code: 'E_AGENT',
        config,
        headers: new Map<string, unknown>([
          ['a', new WeakRef({})],
          ['b', 2],
        ]),
        tags: new Set([Promise.resolve(), 3]),
      })
    })
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'm', code: 'E_AGENT', config: { url: '/a', list: [undefined, 4] } })
    const { cause, config, headers, tags, stack, unsendable } = error as Error & Record<string, unknown>
    expect(cause).toMatchObject({ message: 'inner' })
    expect([Object.keys(config as object), headers, tags]).toEqual([['url', 'list'], new Map([['b', 2]]), new Set([3])])
    expect(stack).toContain('thrown-values.test.ts')
    expect(unsendable).toEqual([
      '.cause → .socket: it is a net.Socket and cannot be sent to a worker',
      '.config → .agent: it is a http.Agent and cannot be sent to a worker',
      '.headers → .get("a"): it is a WeakRef',
      '.tags → (item 0): it is a Promise',
      '.config → .list → [0]: it is a WeakRef',
    ])
  })

  test('of an error whose class cannot travel the rest arrives', async () => {
    const error = await thrownBy(() => {
      throw new AggregateError([new PrivateError('first'), new Error('second')], 'many')
    })
    expect(error).toBeInstanceOf(AggregateError)
    const [first, second] = (error as AggregateError).errors as Error[]
    expect(first).toBeInstanceOf(TypeError)
    expect(first).toMatchObject({ message: 'first', status: 404 })
    expect(second).toMatchObject({ message: 'second' })
    expect(error).toMatchObject({ unsendable: ['.errors → [0]: its class PrivateError cannot be sent'] })
  })

  test('an error keeps its class and its private members, where its class only keeps what it is given', async () => {
    class KeptError extends TypeError {
      readonly #secret = 1
      get secret(): number {
        return this.#secret
      }
    }
    const error = await thrownBy(() => {
      throw new KeptError('kept')
    })
    expect(error).toBeInstanceOf(KeptError)
    expect(error).toMatchObject({ message: 'kept', secret: 1 })
  })

  test('an error of the old style keeps its class', async () => {
    const error = await thrownBy(() => {
      throw new OldError('old', { port: 80 })
    })
    expect(error).toBeInstanceOf(OldError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ message: 'old', name: 'OldError' })
    expect((error as OldError).describe()).toBe('OldError {"port":80}')
  })

  test('a frozen error, and one with a stack, name or message that misbehaves', async () => {
    const frozen = await thrownBy(() => {
      throw Object.freeze(Object.assign(new Error('cold'), { socket: new Socket() }))
    })
    expect([Object.isFrozen(frozen), (frozen as Error).message]).toEqual([true, 'cold'])
    const stackless = await thrownBy(() => {
      throw Object.defineProperty(new Error('m'), 'stack', {
        get() {
          throw new Error('no stack')
        },
      })
    })
    expect(stackless).toMatchObject({ message: 'm' })
    const named = await thrownBy(() => {
      throw Object.assign(new Error('m'), { name: Symbol('name'), socket: new Socket() })
    })
    expect(String((named as { name: symbol }).name)).toBe('Symbol(name)')
  })

  test.for<[string, () => unknown, RegExp]>([
    ['a revoked proxy', () => revoked(), /a Proxy was thrown/],
    ['a promise', () => Promise.resolve(1), /a Promise \(is an `await` missing\?\) was thrown/],
    ['a socket', () => new Socket(), /an instance of Socket was thrown/],
    ['an object that cannot travel', () => ({ weak: new WeakRef({}) }), /an object was thrown/],
  ])('what is no error and cannot travel is named: %s', async ([, make, message]) => {
    const error = await thrownBy(() => {
      throw make()
    })
    expect(error).toMatchObject({ name: 'SerializationError', message: expect.stringMatching(message) })
  })

  test('other values arrive as they are', async () => {
    for (const value of [undefined, 'text', 0, { status: 404 }]) {
      expect(
        await thrownBy(() => {
          throw value
        }),
      ).toEqual(value)
    }
  })

  test('its stack, and that of its cause, have the file and line of the source', async () => {
    const here = lineOf(new Error('here'))
    const capturing = await thrownBy(() => {
      throw new Error(kind)
    })
    const alone = await thrownBy(() => {
      throw new Error('alone', { cause: new Error('cause') })
    })
    const helped = await thrownBy(() => help(kind))
    expect([capturing, alone, (alone as Error).cause, helped].map(lineOf)).toEqual([
      here + 2,
      here + 5,
      here + 5,
      HELP_LINE,
    ])
  })

  test('its worker lives on', async () => {
    expect(await pool.submit(() => 'alive')).toBe('alive')
  })
})

const HELP_LINE = lineOf(new Error('here')) + 2
function help(text: string): never {
  throw new Error(text)
}

function lineOf(error: unknown): number {
  return Number(/thrown-values\.test\.ts:(\d+)/.exec((error as Error).stack ?? '')?.[1])
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
