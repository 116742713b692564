import { once } from 'node:events'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { pack, unpack } from '../src/index.ts'

type Arrow = (...args: never[]) => unknown

let effects = 0
const effect = <T>(value: T): T => {
  effects++
  return value
}
class Effect {
  constructor() {
    effects++
  }
}

/** Bodies of every kind, each of which does something at once. */
class Bodies {
  name = 'n'
  list = [1]
  all(): Readonly<Record<string, Arrow>> {
    return {
      'an arrow': () => () => effect(this.name),
      sequence: () => (effects++, this.name),
      conditional: () => (effect(true) ? this.name : effect('')),
      object: () => ({ [effect('k')]: this.name }),
      array: () => [effect(1), this.name],
      template: () => `${effect('a')}${this.name}`,
      tagged: () => effect(String.raw)`${this.name}`,
      call: () => effect(this).name,
      new: () => [new Effect(), this.name],
      unary: () => !effect(this.name),
      nested: () => (() => effect(this.name))(),
      logical: () => effect(0) || this.name,
      member: () => this.list[effects++],
      awaits: async () => await effect(Promise.resolve(this.name)),
      block: () => {
        effects++
        return this.name
      },
      declaration: () => {
        const a = effects++
        return [a, this.name]
      },
      destructuring: () => {
        const { name } = effect(this)
        return name
      },
      'a function first': () => {
        function inner(): void {
          effects++
        }
        inner()
        return this.name
      },
      condition: () => {
        if (effect(this.name)) effects++
      },
      switch: () => {
        switch (effect(this.name)) {
          default:
            effects++
        }
      },
      try: () => {
        try {
          effects++
        } finally {
          effect(this.name)
        }
      },
      while: () => {
        while (effect(this.list).length > 9);
      },
      do: () => {
        do effects++
        while (this.list.length > 9)
      },
      for: () => {
        for (let i = effects++; i < this.list.length; i++);
      },
      labelled: () => {
        out: {
          effects++
          if (this.name) break out
        }
      },
      throw: () => {
        throw effect(new Error(this.name))
      },
      'loop over items': () => {
        for (const item of effect(this.list)) effect(item)
      },
      'loop over keys': () => {
        for (const key in effect({ name: this.name })) effect(key)
      },
      'class first': () => {
        class Inner {
          static value = effect(1)
        }
        return [Inner.value, this.name]
      },
      'default that is called': (value = effect(1)) => [value, this.name],
      'default that is made': (value = new Effect(), text = `t${effect('t')}`) => [value, text, this.name],
      'defaults in patterns': (
        { a = effect(1), b: { c } = effect({ c: 2 }) }: { a?: number; b?: { c: number } } = {},
        ...[d = effect(3)]: number[]
      ) => [a, c, d, this.name],
      'async with a default': async (value = effect(Promise.resolve(1))) => [await value, this.name],
    }
  }
}

test.each(Object.keys(new Bodies().all()))('reading `this` runs nothing of the function: %s', kind => {
  const arrow = new Bodies().all()[kind] as Arrow
  effects = 0
  try {
    const revived = unpack(structuredClone(pack(arrow))) as Arrow
    expect(revived).toBeTypeOf('function')
  } catch (error) {
    expect((error as Error).message).toContain('it uses `this` of the code around it')
    expect(kind).toMatch(/^(?:loop over|class)/)
  }
  expect(effects).toBe(0)
})

test('a thread that is attached to this one, as a profiler is, stops nothing', async () => {
  const attached = new Worker(
    `const session = new (require('node:inspector').Session)()
    session.connectToMainThread()
    session.post('Runtime.enable', () => require('node:worker_threads').parentPort.postMessage('attached'))
    setInterval(() => {}, 1000)`,
    { eval: true },
  )
  await once(attached, 'message')
  const arrow = new Bodies().all()['block'] as Arrow
  const packed = pack(arrow)
  // oxlint-disable-next-line no-debugger
  debugger
  expect(await (unpack(structuredClone(packed)) as () => unknown)()).toBe('n')
  await attached.terminate()
})

test('many functions in one turn', () => {
  const arrows = Array.from({ length: 50 }, (_, i) => Object.assign(new Bodies(), { name: `n${i}` }).all()['block'])
  const revived = unpack(structuredClone(pack(arrows))) as (() => unknown)[]
  expect(revived.map(arrow => arrow())).toEqual(Array.from({ length: 50 }, (_, i) => `n${i}`))
})

test('a function of a vm context is refused: the breakpoint would not find what it calls', () => {
  const arrow = runInNewContext('(function () { return () => { this.n++ } }).call({ n: 1 })') as () => void
  expect(() => pack(arrow)).toThrow(/it uses `this` of the code around it/)
})
