import { ProcessPoolExecutor, ThreadPoolExecutor } from '@manyhands/pool'
import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelMap } from '../src/index.ts'

/** A service as programs have them: its methods give callbacks that use `this`. */
class Scale {
  readonly name: string
  readonly factors = new Map([['a', 2]])
  constructor(name: string) {
    this.name = name
  }
  /** A field that is an arrow function. */
  readonly handle = (x: number): string => `${this.name}${this.of(x)}`
  of(x: number): number {
    return x * (this.factors.get('a') ?? NaN)
  }
  async all(items: readonly number[], backend: 'inline' | 'async' | 'threads' | 'processes'): Promise<unknown[]> {
    const limit = 3
    return await parallelMap(items, x => [this.of(x), x < limit], { backend, jobs: 2 })
  }
  delayed(x: number): () => Promise<string> {
    return async () => await Promise.resolve(this.handle(x))
  }
  /** What a worker answers with is a function of its own copy. */
  getter(): () => () => string {
    return () => () => this.name
  }
}

describe.for(['inline', 'async', 'threads', 'processes'] as const)('on %s', backend => {
  test('callbacks in methods use `this`', async () => {
    const scale = new Scale('s')
    expect(await scale.all([1, 4], backend)).toEqual([
      [2, true],
      [8, false],
    ])
    expect(await parallelMap([1, 2], scale.handle, { backend, jobs: 2 })).toEqual(['s2', 's4'])
    expect(await Parallel({ backend, jobs: 1 })([delayed(scale.delayed(5))()])).toEqual(['s10'])
    const [answer] = await parallelMap([0], scale.getter(), { backend, jobs: 1 })
    expect(answer?.()).toBe('s')
  })

  test('each call sees `this` as it is then', async () => {
    const scale = new Scale('s')
    const seen = []
    for (const factor of [2, 3]) {
      scale.factors.set('a', factor)
      seen.push(...(await parallelMap([1], scale.handle, { backend, jobs: 1 })))
    }
    expect(seen).toEqual(['s2', 's3'])
  })
})

test.each([ThreadPoolExecutor, ProcessPoolExecutor])(
  '%o: as a task, as an argument, in a worker, and refused',
  async Executor => {
    await using pool = new Executor({ maxWorkers: 1 })
    const scale = new Scale('t')
    expect(await pool.submit(scale.handle, 3)).toBe('t6')
    expect(await pool.submit((f: (x: number) => string) => f(4), scale.handle)).toBe('t8')
    expect(await pool.submit((s: Scale) => [1].map(x => s.handle(x)), scale)).toEqual(['t2'])
    const broken = Object.assign(new Scale('b'), { pending: Promise.resolve() })
    expect(() => pool.submit(broken.handle, 1)).toThrow('cannot send `this` of handle → .pending: it is a Promise')
    expect(await pool.submit(scale.handle, 1)).toBe('t2')
  },
)

/** What compilers make of private members where the target has none. */
const balances = new WeakMap<object, number>()
class Account {
  constructor(balance: number) {
    balances.set(this, balance)
  }
  get balance(): number | undefined {
    return balances.get(this)
  }
  add(amount: number): this {
    balances.set(this, (this.balance ?? NaN) + amount)
    return this
  }
}

test.each([ThreadPoolExecutor, ProcessPoolExecutor])(
  '%o: private members in a WeakMap, in each message anew and on the way back',
  async Executor => {
    await using pool = new Executor({ maxWorkers: 1 })
    const accounts = [new Account(1), new Account(2)] as const
    expect(await pool.submit(x => new Account(x).balance, 7)).toBe(7)
    expect(await pool.submit((a: Account) => a.balance, accounts[0])).toBe(1)
    expect(await pool.submit((a: Account, b: Account) => [a.balance, b.balance], ...accounts)).toEqual([1, 2])
    accounts[1].add(1)
    const back = await pool.submit((a: Account) => [a.add(10), new Account(5)] as const, accounts[1])
    expect(back.map(account => [account.balance, account instanceof Account])).toEqual([
      [13, true],
      [5, true],
    ])
    expect(accounts[1].balance).toBe(3)
    // Of what the program knows itself no task decides.
    const notes = new WeakMap<object, string>([
      [Account, 'program'],
      [Math, 'gone'],
    ])
    const [, answered] = await pool.submit(() => {
      notes.set(Account, 'task')
      return [Account, () => notes] as const
    })
    notes.delete(Math)
    expect(answered()).toBe(notes)
    expect([notes.get(Account), notes.has(Math)]).toEqual(['program', false])
    const [, later] = await pool.submit(() => [Math, () => notes] as const)
    expect([later().get(Account), notes.has(Math)]).toEqual(['program', false])
  },
)
