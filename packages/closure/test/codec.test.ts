import { deserialize, serialize } from 'node:v8'
import { replace, revive, SerializationError } from '@manyhands/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createCodec, explain, pack, registerReducer, remote, stableKey, unpack, withCaptures } from '../src/index.ts'

const codec = createCodec({ across: 'threads' })
const there = (value: unknown): unknown => codec.decode(structuredClone(codec.encode(value, new Set()) ?? []))
const through = (value: unknown): unknown => unpack(structuredClone(pack(value)))

class Point {
  x: number
  constructor(x: number) {
    this.x = x
  }
}

describe('what only threads can have', () => {
  const module = new (
    globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object } }
  ).WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
  const form = new FormData()
  form.append('file', new Blob(['text']), 'a.txt')
  test.each([
    ['a File', new File(['text'], 'a.txt'), /it is a File.*await file\.arrayBuffer\(\)/],
    ['a FormData with a file', form, /it is a FormData with files.*await file\.arrayBuffer\(\)/],
    ['a Blob', new Blob(['text']), /it is a Blob.*await blob\.arrayBuffer\(\)/],
    ['a WebAssembly.Module', module, /it is a compiled WebAssembly\.Module.*send its bytes/],
  ])('%s', async (_, value, refusal) => {
    const fn = through(() => value) as () => unknown
    expect(Object.prototype.toString.call(fn())).toBe(Object.prototype.toString.call(value))
    if (value instanceof Blob) expect(await (fn() as Blob).text()).toBe('text')
    if (value instanceof File) expect(fn()).toMatchObject({ name: 'a.txt', lastModified: value.lastModified })
    if (value instanceof FormData) {
      const file = (fn() as FormData).get('file') as File
      expect([file.name, await file.text()]).toEqual(['a.txt', 'text'])
    }
    expect(() => pack(value, { across: 'processes' })).toThrow(refusal)
  })
})

test('a MessagePort is moved to a thread, and refused to a process', () => {
  const { port1, port2 } = new MessageChannel()
  const packed = pack({ port: port1, calls: [() => port1] })
  expect(packed.transfer).toEqual([port1])
  const copy = unpack(structuredClone(packed, { transfer: [port1] })) as { port: unknown; calls: (() => unknown)[] }
  expect(copy.port).toBeInstanceOf(MessagePort)
  expect(copy.calls[0]?.()).toBe(copy.port)
  expect(() => pack(port2, { across: 'processes' })).toThrow(/it is a MessagePort.*run the task on threads/)
  port2.close()
})

test('what a worker does not have is named', () => {
  const message = structuredClone(pack(Math.max)) as unknown as { nodes: unknown[][] }
  message.nodes[0] = [13, undefined, ['Math', 'maximum']]
  expect(() => unpack(message as never)).toThrow('globalThis has no `Math.maximum` here')
})

describe('codec', () => {
  test('plain data travels as it is', () => {
    const data = {
      a: [1, 'two', null, undefined, 3n],
      m: new Map([[1, new Set([2])]]),
      d: new Date(5),
      f: new Float64Array(3),
    }
    expect(codec.encode(data, new Set())).toEqual([data])
    expect(there(data)).toEqual(data)
  })

  test('says when a value shares an object with an earlier one of the message', () => {
    const shared = { n: 1 }
    const message = new Set<object>()
    expect(codec.encode({ shared }, message)).toEqual([{ shared }])
    expect(codec.encode([shared], message)).toBeUndefined()
    expect(codec.encode([shared], new Set())).toEqual([[shared]])
  })

  test('an object in two places of one value, and a cycle, are plain', () => {
    const shared = { n: 1 }
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const copy = there([shared, shared, cycle]) as [object, object, typeof cycle]
    expect(copy[0]).toBe(copy[1])
    expect(copy[2].self).toBe(copy[2])
  })

  test('an instance of a by-value class that went out and came back is one of its class', () => {
    expect(there(new Point(1))).toBeInstanceOf(Point)
    expect(there([{ p: new Point(1) }])).toEqual([{ p: new Point(1) }])
  })

  test('errors keep class, message, code, cause, own properties and stack', () => {
    const cause = new TypeError('why')
    const error = Object.assign(new RangeError('what', { cause }), { code: 'E_WHAT', extra: { a: 1 } })
    const copy = there(error) as typeof error
    expect(copy).toBeInstanceOf(RangeError)
    expect(copy).toMatchObject({ name: 'RangeError', message: 'what', code: 'E_WHAT', extra: { a: 1 } })
    expect(copy.cause).toBeInstanceOf(TypeError)
    expect(copy.stack).toBe(error.stack)
    expect(there(new SerializationError('no', { path: ['a'], hint: 'b' }))).toBeInstanceOf(SerializationError)
  })

  test.for([
    [1, 2],
    [],
    'text',
    {},
    { format: 2 },
    { format: 1, nodes: [], templates: [], root: [3] },
    { format: 1, nodes: [[99]], templates: [], root: [0] },
    { format: 1, nodes: 5, templates: [], root: 1 },
  ])('a damaged message %o is a SerializationError', damaged => {
    expect(() => codec.decode(damaged as object)).toThrow(SerializationError)
  })
})

test.for([
  ['a view and its buffer', (b: ArrayBuffer) => [new Uint8Array(b), b]],
  ['a buffer and its view', (b: ArrayBuffer) => [b, new Uint8Array(b)]],
  ['two views', (b: ArrayBuffer) => [new Uint8Array(b), new Uint16Array(b)]],
  ['a buffer twice', (b: ArrayBuffer) => [b, b]],
  [
    'the same view twice, deep inside',
    (b: ArrayBuffer) => {
      const v = new Uint8Array(b)
      return [{ v }, { v }, [[b]]]
    },
  ],
] as const)('to a process too, %s share memory', ([, make]) => {
  const processes = createCodec({ across: 'processes' })
  const arrived = processes.decode(
    deserialize(serialize(processes.encode(make(new ArrayBuffer(8)), new Set()))) as object,
  )
  const buffers = new Set<unknown>()
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer)
    else if (value instanceof ArrayBuffer) buffers.add(value)
    else for (const part of Object.values(value as object)) collect(part)
  }
  collect(arrived)
  expect(buffers.size).toBe(1)
})

test.for([
  [
    'a tree with parents',
    () => {
      const make = (depth: number, parent?: object): object => {
        const node: { parent?: object | undefined; children: object[] } = { parent, children: [] }
        if (depth > 0) for (let i = 0; i < 2; i++) node.children.push(make(depth - 1, node))
        return node
      }
      return make(10)
    },
  ],
  [
    'objects that double at each level',
    () => {
      let o: object = {}
      for (let i = 0; i < 60; i++) o = { a: o, b: o }
      return o
    },
  ],
  [
    'an item that is everywhere',
    () => {
      const item = { v: 1 }
      return Array.from({ length: 1e4 }, () => item)
    },
  ],
] as const)('plain data of any shape is walked once or twice: %s', ([, make]) => {
  const value = make()
  expect(codec.encode(value, new Set())).toEqual([value])
})

describe('pack', () => {
  test('a function whose meaning cannot change has a key, equal for equal ones', () => {
    const make = () => (x: number) => x + 1
    expect(stableKey(pack(make()))).toBe(stableKey(pack(make())))
    expect(stableKey(pack(make()))).toBeTypeOf('string')
    const n = 1
    expect(stableKey(pack(() => n))).toBeUndefined()
  })

  test('names the variable, the path and the cure', () => {
    const box = { deep: [Promise.resolve()] }
    expect(() => pack(() => box)).toThrow(
      /^cannot send captured variable `box` of codec.test.ts:\d+ → .deep → \[0\]: it is a Promise. Hint: await it/,
    )
    const named = (): unknown => box
    expect(() => pack(named)).toThrow('captured variable `box` of named → .deep')
    try {
      pack({ a: { b: new WeakRef({}) } })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ path: ['.a', '.b'], hint: 'send what it refers to' })
    }
  })

  test('a getter travels and is not run; one that a hook runs and that throws is reported', () => {
    let runs = 0
    const object = {
      get value() {
        runs++
        return 5
      },
      f: () => 1,
    }
    expect((through(object) as typeof object).f()).toBe(1)
    expect(runs).toBe(0)
    const broken = {
      [Symbol.for('manyhands.replace')]() {
        throw new RangeError('not now')
      },
    }
    expect(() => pack(broken)).toThrow(/not now/)
  })

  test('what a hook has done is undone when its message is not made, and only then', () => {
    const undone: string[] = []
    const ticket = (name: string) => ({
      [replace]: (_across: string, onDiscard: (undo: () => void) => void) => {
        onDiscard(() => undone.push(name))
        return name
      },
    })
    expect(() => pack([ticket('a'), ticket('b'), new WeakRef({})])).toThrow(SerializationError)
    expect(undone.splice(0)).toEqual(['a', 'b'])
    expect(() => codec.encode([ticket('c'), new WeakRef({})], new Set())).toThrow(SerializationError)
    expect(undone.splice(0)).toEqual(['c'])
    const shared = { n: 1 }
    expect(codec.encode([ticket('d'), shared], new Set([shared]))).toBeUndefined()
    expect(undone.splice(0)).toEqual(['d'])
    explain([ticket('e')])
    expect(undone.splice(0)).toEqual(['e'])
    pack([ticket('f')])
    codec.encode([ticket('g')], new Set())
    expect(undone).toEqual([])
  })

  test('memory that was transferred is refused instead of arriving as none', () => {
    const bytes = new Uint8Array(4)
    const view = new DataView(bytes.buffer)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    for (const value of [bytes, view, bytes.buffer]) {
      for (const across of ['threads', 'processes'] as const) {
        expect(() => pack({ deep: [value] }, { across })).toThrow(
          /\.deep → \[0\]: its memory was transferred or closed/,
        )
      }
    }
    expect(unpack(pack(new Uint8Array(0)))).toEqual(new Uint8Array(0))
  })

  test('shared memory is refused for processes', () => {
    const words = new Int32Array(new SharedArrayBuffer(4))
    expect(() => pack({ words }, { across: 'processes' })).toThrow(
      /\.words: it is shared memory.*Hint: run the task on threads/,
    )
    expect((through({ words }) as { words: Int32Array }).words.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test.for([
    [{ across: 'everywhere' }, /across must be 'threads' or 'processes', got "everywhere"/],
    [{ target: 'thread' }, /no option `target`; did you mean `across`/],
  ] as const)('refuses %o', ([options, message]) => {
    expect(() => pack(1, options as never)).toThrow(message)
  })
})

describe('what the user says of a function', () => {
  test('withCaptures sends the text with these values only', () => {
    const rate = 2
    const double = withCaptures((x: number) => x * rate, { rate: 3 })
    expect(double(2)).toBe(4)
    expect((through(double) as typeof double)(2)).toBe(6)
    expect(() => pack(withCaptures(() => rate, {}))).toThrow(/uses `rate`, which its captures do not name/)
  })

  test('remote is a module and a name, here and there', async () => {
    const join = remote<typeof import('node:path'), 'join'>('node:path', 'join')
    expect(await join('a', 'b')).toBe('a/b')
    expect(((await through(join)) as typeof join)('a', 'b')).toBe('a/b')
    expect(() => remote('./relative.ts', 'x' as never)).toThrow(/module must be an absolute URL/)
  })

  test('a registered reducer says how instances travel, those of subclasses too', () => {
    class Secret {
      #value: number
      constructor(value: number) {
        this.#value = value
      }
      reveal(): number {
        return this.#value
      }
    }
    class Deeper extends Secret {}
    expect((through(new Secret(1)) as Secret).reveal()).toBe(1)
    registerReducer(Secret, { replace: secret => secret.reveal(), revive: value => new Secret(value) })
    expect((through(new Secret(5)) as Secret).reveal()).toBe(5)
    expect((through(new Deeper(6)) as Secret).reveal()).toBe(6)
  })
})

test('the functions of a module have the types of the module, promised', async () => {
  const { basename, join } = remote<typeof import('node:path')>('node:path')
  expectTypeOf(basename).toEqualTypeOf<(path: string, suffix?: string) => Promise<string>>()
  expect(await join('a', 'b')).toBe('a/b')
  expect(((await through(basename)) as typeof basename)('/a/b')).toBe('b')
  const exact = remote<typeof import('node:path'), 'basename'>('node:path', 'basename')
  expectTypeOf(exact).toEqualTypeOf<(path: string, suffix?: string) => Promise<string>>()
  const named = remote<typeof import('./tasks/one.ts')>(new URL('./tasks/one.ts', import.meta.url), 'double')
  expectTypeOf(named).toEqualTypeOf<(value: number) => Promise<number>>()
  expect(await named(2)).toBe(4)
  // @ts-expect-error: no such export
  remote<typeof import('./tasks/one.ts')>(new URL('./tasks/one.ts', import.meta.url), 'triple')
  expect(await Promise.resolve(remote('node:path'))).toBeTypeOf('object')
})

test('what a module of Node loads late, or has no name for, is found there', () => {
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks')
  const { availableParallelism } = process.getBuiltinModule('node:os')
  const revived = unpack(structuredClone(pack(() => [AsyncLocalStorage, availableParallelism]))) as () => unknown[]
  expect(revived()).toEqual([AsyncLocalStorage, availableParallelism])
})

// What was being made was taken for a part of its own state when something else in the message led to it.
test('objects that decide themselves what travels may share a part with others of the message', async () => {
  class Part {
    readonly name: string
    constructor(name: string) {
      this.name = name
    }
    [replace](): { name: string } {
      return { name: this.name }
    }
    static [revive]({ name }: { name: string }): Part {
      return new Part(name)
    }
  }
  class Whole {
    readonly part: Part
    constructor(part: Part) {
      this.part = part
    }
    [replace](): { parts: Part[] } {
      return { parts: [this.part] }
    }
    static [revive]({ parts }: { parts: [Part] }): Whole {
      return new Whole(parts[0])
    }
  }
  const part = new Part('shared')
  const [list, whole, again] = (await unpack(structuredClone(pack([[part], new Whole(part), { part }])))) as [
    [Part],
    Whole,
    { part: Part },
  ]
  expect([whole.part.name, whole.part === list[0], again.part === list[0]]).toEqual(['shared', true, true])
})
