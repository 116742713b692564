import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorker, type TestWorker } from './support/worker.ts'

class Point {
  #x: number
  #y: number
  readonly label: string
  list: number[] = []
  constructor(x: number, y: number, label: string) {
    if (typeof x !== 'number' || !Number.isFinite(y)) throw new TypeError('no number')
    this.#x = x
    this.#y = y
    this.label = label
  }
  plus(other: Point): Point {
    return new Point(this.#x + other.#x, this.#y + other.#y, 'sum')
  }
  lose(): void {
    this.#y = NaN
  }
  get xy(): readonly number[] {
    return [this.#x, this.#y]
  }
  static isOne(value: object): boolean {
    return #x in value
  }
}

class Coded extends RangeError {
  readonly #code: object
  #retries = 0
  constructor(message: string, code: object) {
    super(message)
    this.name = 'Coded'
    this.#code = code
  }
  get code(): object {
    return this.#code
  }
  retry(): number {
    return ++this.#retries
  }
}

class Branded {
  #secret(): number {
    return 5
  }
  get secret(): number {
    return this.#secret()
  }
}

let made = 0
class Counted {
  #id: number
  constructor(id: number) {
    made++
    this.#id = id
  }
  get id(): number {
    return this.#id
  }
}

class Watched {
  readonly #id: number
  constructor(id: number) {
    this.#id = id
    this.last = id
  }
  get id(): number {
    return this.#id
  }
  set last(_id: number) {
    made++
  }
}

class Parsed {
  #text: string
  constructor(text: string) {
    this.#text = text.trim()
  }
  get text(): string {
    return this.#text
  }
}

class Link {
  #next: Link | undefined
  constructor(next?: Link) {
    this.#next = next
  }
  close(): this {
    this.#next = this
    return this
  }
  get next(): Link | undefined {
    return this.#next
  }
}

describe.each(['threads', 'processes'] as const)('instances with private members come back from %s', across => {
  let worker: TestWorker
  beforeAll(async () => {
    worker = await startWorker(across)
  })
  afterAll(() => worker.close())

  test('not in a ring nor one within the other thousands deep, and the refusal says what to do', async () => {
    await expect(worker.call(() => new Link().close())).rejects.toMatchObject({
      name: 'SerializationError',
      message: expect.stringContaining('is part of that state') as string,
      hint: 'send an id in its place, and connect the objects where they arrive',
    })
    const chain = worker.call((length: number) => {
      let last: Link | undefined
      for (let i = 0; i < length; i++) last = new Link(last)
      return last
    }, 100_000)
    await expect(chain).rejects.toMatchObject({
      name: 'SerializationError',
      message: expect.stringContaining('nested too deep to be revived') as string,
      hint: 'send them as a list, and connect them where they arrive',
    })
  })

  test('whose constructor keeps what it is given: as instances of the class of this program', async () => {
    const sum = await worker.call((a: Point, b: Point) => a.plus(b), new Point(1, 2, 'a'), new Point(3, 4, 'b'))
    expect(sum).toBeInstanceOf(Point)
    expect([sum.xy, sum.label, Object.keys(sum), Point.isOne(sum)]).toEqual([[4, 6], 'sum', ['label', 'list'], true])
    expect(sum.plus(sum).xy).toEqual([8, 12])
    const changed = await worker.call(point => Object.freeze(Object.assign(point, { extra: 1 })), new Point(0, 0, ''))
    expect([Object.keys(changed), Object.isFrozen(changed)]).toEqual([['label', 'list', 'extra'], true])
    expect((await worker.call((b: Branded) => [b, b], new Branded())).map(b => b.secret)).toEqual([5, 5])
  })

  test('errors, too', async () => {
    const shared = { reason: 'why' }
    const error = await worker.call(what => Object.assign(new Coded('no', what), { what }), shared)
    expect(error).toBeInstanceOf(Coded)
    expect([error.name, error.message, error.code, error.code === error.what, error.retry()]).toEqual([
      'Coded',
      'no',
      shared,
      true,
      1,
    ])
    expect(error.stack).toMatch(/^Coded: no\n/)
  })

  test.each([
    [
      'whose constructor has effects',
      () => new Counted(1),
      /class Counted.*only its constructor can set #id.*Hint: return its data/,
    ],
    ['whose constructor calls a setter', () => new Watched(1), /class Watched.*#id/],
    ['whose constructor computes what it keeps', () => new Parsed(' a '), /class Parsed.*#text/],
    [
      'which a method has changed',
      () => Object.assign(new Coded('', {}), { count: 1 }),
      /class Coded.*#code, #retries/,
    ],
    ['which the constructor would not make', () => new Point(1, 2, ''), /class Point.*#x, #y.*Hint: return its data/],
  ] as const)('others are refused, never incomplete: %s', async (_, make, refusal) => {
    const before = made
    const value: object = make()
    const change = (given: object): object => {
      if ('retry' in given) (given as Coded).retry()
      if ('lose' in given) (given as Point).lose()
      return given
    }
    await expect(worker.call(change, value)).rejects.toThrow(refusal)
    expect(made).toBe(before + (value instanceof Counted || value instanceof Watched ? 1 : 0))
  })
})
