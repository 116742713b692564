import { describe, expect, test } from 'vitest'
import { createCodec, pack, registerReducer } from '../src/index.ts'
import { makeClasses } from './modules/old-style.mjs'
import { startWorker, type TestWorker } from './support/worker.ts'

let limit = 1

class Gauge {
  static readings = 0
  value: number
  constructor(value: number) {
    this.value = value
  }
  capped(): number {
    return Math.min(this.value, limit)
  }
}

class Token {
  #secret: string
  constructor(secret: string) {
    this.#secret = secret
  }
  reveal(): string {
    return this.#secret
  }
}

describe.each(['threads', 'processes'] as const)('classes across %s', across => {
  const withWorker = async (body: (worker: TestWorker) => Promise<void>): Promise<void> => {
    const worker = await startWorker(across)
    try {
      await body(worker)
    } finally {
      await worker.close()
    }
  }

  test('an instance that went out and came back is one of its class', () =>
    withWorker(async worker => {
      const back = await worker.call((gauge: Gauge) => gauge, new Gauge(3))
      expect(back).toBeInstanceOf(Gauge)
      expect(await worker.call(() => new Gauge(4))).toBeInstanceOf(Gauge)
    }))

  test.each(Object.entries(makeClasses()))('a class in the old style keeps its identity both ways: %s', (_, Old) =>
    withWorker(async worker => {
      type Instance = { readonly x?: number; readonly message?: string }
      const Class = Old as new (value: unknown) => Instance
      expect(await worker.call(() => new Class(4))).toBeInstanceOf(Class)
      const nested = await worker.call(() => [{ made: new Class(4) }])
      expect((nested as { made: Instance }[])[0]?.made).toBeInstanceOf(Class)
      expect(await worker.call((instance: Instance) => instance instanceof Class, new Class(2))).toBe(true)
      const thrown = await worker.call(() => {
        try {
          throw new Class('m')
        } catch (error) {
          return error
        }
      })
      expect(thrown).toBeInstanceOf(Class)
      expect((thrown as Instance).x ?? (thrown as Instance).message).toBe('m')
    }),
  )

  test('a class in the old style inherits statics and methods', () =>
    withWorker(async worker => {
      const { Derived } = makeClasses() as unknown as {
        Derived: { new (x: number): { twice(): number }; made: string }
      }
      expect(await worker.call(() => [new Derived(2).twice(), Derived.made])).toEqual([4, 'static'])
    }))

  test('two messages with one class agree in the worker', () =>
    withWorker(async worker => {
      expect(await worker.call((gauge: Gauge) => gauge instanceof Gauge, new Gauge(1))).toBe(true)
      expect(await worker.call((gauge: Gauge) => gauge instanceof Gauge, new Gauge(1))).toBe(true)
    }))

  test('a class that a task defines is one class when it comes back twice', () =>
    withWorker(async worker => {
      const define = (): unknown => {
        const holder = globalThis as { kept?: new () => object }
        holder.kept ??= class Kept {}
        return new holder.kept()
      }
      const [first, second] = [(await worker.call(define)) as object, (await worker.call(define)) as object]
      expect(first.constructor).toBe(second.constructor)
      expect(first.constructor.name).toBe('Kept')
    }))

  test('each message brings what a class captures, and its statics, up to date', () =>
    withWorker(async worker => {
      const measure = (gauge: Gauge): readonly number[] => [gauge.capped(), Gauge.readings]
      const byArgument = (gauge: { capped(): number }): number => gauge.capped()
      limit = 1
      Gauge.readings = 10
      expect(await worker.call(measure, new Gauge(5))).toEqual([1, 10])
      limit = 2
      Gauge.readings = 20
      expect(await worker.call(measure, new Gauge(5))).toEqual([2, 20])
      limit = 3
      expect(await worker.call(byArgument, new Gauge(5))).toBe(3)
    }))

  test('the class that came back is not touched by what the worker did to its own', () =>
    withWorker(async worker => {
      Gauge.readings = 1
      const change = (): Gauge => {
        Gauge.readings = 99
        return new Gauge(1)
      }
      expect(await worker.call(change)).toBeInstanceOf(Gauge)
      expect(Gauge.readings).toBe(1)
    }))

  test('a registered reducer holds in both directions', () =>
    withWorker(async worker => {
      registerReducer(Token, { replace: token => token.reveal(), revive: secret => new Token(secret) })
      const back = await worker.call((token: Token) => [token.reveal(), token] as const, new Token('x'))
      expect(back[0]).toBe('x')
      expect(back[1]).toBeInstanceOf(Token)
      expect(back[1].reveal()).toBe('x')
    }))
})

test('values of one message that hold the same object are told apart, also when they are no plain data', () => {
  const codec = createCodec({ across: 'threads' })
  const config = { level: 1 }
  class Job {
    config = config
  }
  const message = new Set<object>()
  expect(codec.encode(new Job(), message)).toBeDefined()
  expect(codec.encode(new Job(), message)).toBeUndefined()
  expect(codec.encode({ config }, message)).toBeUndefined()
  expect(codec.encode(new Job(), new Set())).toBeDefined()
})

test('shared memory may be in several values of a message', () => {
  const codec = createCodec({ across: 'threads' })
  const words = new Int32Array(new SharedArrayBuffer(8))
  const message = new Set<object>()
  expect(codec.encode({ words }, message)).toEqual([{ words }])
  expect(codec.encode([words, words.buffer], message)).toEqual([[words, words.buffer]])
})

test('a class with a static member called name travels', () => {
  class Named {
    static override = 1
    static name(): string {
      return 'method'
    }
  }
  expect(() => structuredClone(pack(Named))).not.toThrow()
})
