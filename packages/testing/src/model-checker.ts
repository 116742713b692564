import type { Parties, Steps, Wait, Wake, Words } from './model-types.ts'

/**
 * A model checker in small: it runs the code that ships in all orders in which the single operations of several parties
 * on shared words can happen, with the death of parties at any point.
 *
 * The code is ordinary and cannot be stopped halfway. So a party is run again from its start for each operation: those
 * that it has done before give the results that they gave then, and the first new one ends the run by an exception. As
 * long as a party depends on nothing but such results, that is the same as stopping it. States that were seen are not
 * explored again. Source of the idea: stateless model checking (Godefroid, VeriSoft), with states kept.
 */
export interface Scenario {
  /** What each party does, with nothing but its environment. */
  readonly parties: readonly ((env: Environment) => void)[]
  /** Parties that may die in one run. @default 0 */
  readonly deaths?: number
  /** Only these may die. @default all */
  readonly mortal?: readonly number[]
  /** Parties whose waits may be given up, once in a run. @default none */
  readonly impatient?: readonly number[]
  /**
   * When a wait ends. `'truth'`: when the word has changed, or somebody died; nobody need wake it. `'wakes'`: only when
   * it is woken, as if nobody ever looked again: then a wake-up that is lost is a deadlock. @default 'truth'
   */
  readonly waits?: 'truth' | 'wakes'
  /** How often a party may be interrupted that could go on, in one run: most faults need few. @default no bound */
  readonly interruptions?: number
  readonly start?: (world: World) => void
  /** Looks at the end of each run, when all parties are done or dead. */
  readonly end?: (world: World) => void
}

/** Everything that parties share. It is copied for each state, so it holds plain data only. */
export class World {
  readonly words = new Map<number, number>()
  readonly wide = new Map<number, bigint>()
  readonly dead = new Set<number>()
  /** Who is in the critical section. */
  readonly inside = new Set<number>()
  /** For scenarios: what they note. */
  readonly notes: string[] = []

  copy(): World {
    const copy = new World()
    for (const [key, value] of this.words) copy.words.set(key, value)
    for (const [key, value] of this.wide) copy.wide.set(key, value)
    for (const party of this.dead) copy.dead.add(party)
    for (const party of this.inside) copy.inside.add(party)
    copy.notes.push(...this.notes)
    return copy
  }

  load(index: number): number {
    return this.words.get(index) ?? 0
  }

  get key(): string {
    const listed = (parties: Set<number>): string =>
      Array.from(parties)
        .toSorted((a, b) => a - b)
        .join()
    const sorted = <V>(map: Map<number, V>): string =>
      Array.from(map)
        .filter(([, value]) => value !== 0 && value !== 0n)
        .toSorted(([a], [b]) => a - b)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join()
    return `${sorted(this.words)};${sorted(this.wide)};${listed(this.dead)};${listed(this.inside)};${this.notes.join()}`
  }
}

/** The world as one party sees it. */
export interface Environment {
  readonly words: Words
  readonly parties: Parties
  readonly wake: Wake
  /** Runs an algorithm to its end. `patient`: it has no time limit, also that of an impatient party. */
  run<T>(steps: Steps<T>, patient?: 'patient'): T
  /** The critical section: it is an error when two are in it. */
  enter(): void
  leave(): void
  note(text: string): void
}

interface Operation {
  readonly text: string
  readonly apply: (world: World) => unknown
  readonly wait?: Wait
  readonly patient?: boolean
  readonly wakes?: { readonly index: number; readonly count: number }
}

/** What a party has done, and can do next. Equal histories are one node. */
interface Node {
  readonly results: readonly unknown[]
  readonly next: Map<string, Node>
  readonly id: number
  pending: Operation | 'done' | Error | undefined
}

class Suspended extends Error {
  readonly operation: Operation

  constructor(operation: Operation) {
    super()
    this.operation = operation
  }
}

export class Violation extends Error {}

/** Bits of party `number`, as in a lock word. */
export function bitsOf(number: number): number {
  return (1 << 16) | ((number + 1) << 2)
}

/**
 * @returns how many states there are
 * @throws Violation with the steps that led to it
 */
export function explore(scenario: Scenario, { maxStates = 400_000 }: { readonly maxStates?: number } = {}): number {
  const seen = new Set<string>()
  const worlds = new Map<string, number>()
  const worldId = (key: string): number => {
    let id = worlds.get(key)
    if (id === undefined) worlds.set(key, (id = worlds.size))
    return id
  }
  const trace: string[] = []
  let ids = 0
  const newNode = (results: readonly unknown[]): Node => ({ results, next: new Map(), id: ids++, pending: undefined })

  const pendingOf = (party: number, node: Node): Operation | 'done' | Error => {
    if (node.pending !== undefined) return node.pending
    try {
      scenario.parties[party]?.(environment(party, node.results, scenario.waits === 'wakes'))
      node.pending = 'done'
    } catch (error) {
      node.pending = error instanceof Suspended ? error.operation : (error as Error)
    }
    return node.pending
  }

  const fail = (message: string): never => {
    throw new Violation(`${message}\n${trace.join('\n')}`)
  }

  const visit = (
    world: World,
    nodes: readonly Node[],
    asleep: readonly (number | undefined)[],
    givenUp: number,
    last = -1,
    interruptions = 0,
  ): void => {
    const bounded = scenario.interruptions !== undefined
    const scheduler = bounded ? `${last}/${interruptions}|` : ''
    const histories = nodes.map(node => node.id).join()
    const key = `${scheduler}${histories}|${asleep.join()}|${givenUp}|${worldId(world.key)}`
    if (seen.has(key)) return
    seen.add(key)
    if (seen.size > maxStates) throw new Error(`more than ${maxStates} states: make the scenario smaller`)
    let moved = false
    let waiting = false
    const lastPending = bounded && last >= 0 && !world.dead.has(last) ? pendingOf(last, nodes[last] as Node) : 'done'
    const canGoOn = typeof lastPending === 'object' && !(lastPending instanceof Error) && lastPending.wait === undefined
    const interruptionsBy = (party: number): number => interruptions + (canGoOn && party !== last ? 1 : 0)
    const go = (
      party: number,
      text: string,
      result: unknown,
      after: World,
      sleepers: readonly (number | undefined)[],
      interrupted = givenUp,
    ): void => {
      moved = true
      const node = nodes[party] as Node
      const edge = `${typeof result}${String(result)}`
      let next = node.next.get(edge)
      if (next === undefined) node.next.set(edge, (next = newNode([...node.results, result])))
      trace.push(`${party}: ${text} → ${String(result)}`)
      visit(after, nodes.with(party, next), sleepers, interrupted, party, interruptionsBy(party))
      trace.pop()
    }
    for (let party = 0; party < nodes.length; party++) {
      if (world.dead.has(party)) continue
      if (bounded && interruptionsBy(party) > (scenario.interruptions ?? 0)) continue
      const pending = pendingOf(party, nodes[party] as Node)
      if (pending === 'done') continue
      if (pending instanceof Error) fail(`party ${party}: ${pending.stack}`)
      const operation = pending as Operation
      if (operation.wait !== undefined) {
        waiting = true
        const { index, expected } = operation.wait
        // Each wait is looked at again once after a death.
        const look = `looks at ${index} ${expected} after ${world.dead.size} deaths`
        const lookedBefore =
          (nodes[party] as Node).results.findLast(
            result => typeof result === 'string' && result.startsWith('looks at'),
          ) === look
        if (
          operation.patient !== true &&
          scenario.impatient?.includes(party) === true &&
          (givenUp & (1 << party)) === 0
        ) {
          go(
            party,
            `${operation.text}, gives up`,
            true,
            world.copy(),
            asleep.with(party, undefined),
            givenUp | (1 << party),
          )
        }
        if (scenario.waits === 'wakes') {
          if (asleep[party] !== undefined) continue
          if (world.load(index) !== expected) go(party, operation.text, 'woken', world.copy(), asleep)
          else {
            moved = true
            trace.push(`${party}: ${operation.text} → sleeps`)
            visit(world, nodes, asleep.with(party, index), givenUp, party, interruptionsBy(party))
            trace.pop()
          }
        } else if (world.load(index) !== expected || (world.dead.size > 0 && !lookedBefore)) {
          go(party, operation.text, look, world.copy(), asleep)
        }
        continue
      }
      const after = world.copy()
      const result = operation.apply(after)
      if (after.inside.size > 1) {
        trace.push(`${party}: ${operation.text}`)
        fail('two parties are in the critical section')
      }
      if (operation.wakes !== undefined && scenario.waits === 'wakes') {
        // In the order in which they went to sleep it would be; that order is not kept, so all choices are tried.
        const { index, count } = operation.wakes
        const sleepers = asleep.flatMap((at, sleeper) => (at === index ? [sleeper] : []))
        for (const chosen of choose(sleepers, count)) {
          let woken = asleep
          let nodesAfter = nodes
          for (const sleeper of chosen) {
            woken = woken.with(sleeper, undefined)
            const node = nodesAfter[sleeper] as Node
            let next = node.next.get('stringwoken')
            if (next === undefined) node.next.set('stringwoken', (next = newNode([...node.results, 'woken'])))
            nodesAfter = nodesAfter.with(sleeper, next)
          }
          moved = true
          const node = nodesAfter[party] as Node
          let next = node.next.get('undefinedundefined')
          if (next === undefined) node.next.set('undefinedundefined', (next = newNode([...node.results, undefined])))
          trace.push(`${party}: ${operation.text}, to ${chosen.join()}`)
          visit(after, nodesAfter.with(party, next), woken, givenUp, party, interruptionsBy(party))
          trace.pop()
        }
        continue
      }
      go(party, operation.text, result, after, asleep)
    }
    for (let party = 0; party < nodes.length; party++) {
      if (
        world.dead.size >= (scenario.deaths ?? 0) ||
        world.dead.has(party) ||
        pendingOf(party, nodes[party] as Node) === 'done'
      ) {
        continue
      }
      if (scenario.mortal !== undefined && !scenario.mortal.includes(party)) continue
      const after = world.copy()
      after.dead.add(party)
      after.inside.delete(party)
      trace.push(`${party}: dies`)
      visit(after, nodes, asleep.with(party, undefined), givenUp, last, interruptions)
      trace.pop()
      moved = true
    }
    if (moved) return
    if (waiting) fail(`deadlock: parties wait for ever (words ${world.key})`)
    try {
      scenario.end?.(world)
    } catch (error) {
      fail(`at the end: ${(error as Error).message}`)
    }
  }

  const world = new World()
  scenario.start?.(world)
  visit(
    world,
    scenario.parties.map(() => newNode([])),
    scenario.parties.map(() => undefined),
    0,
  )
  return seen.size
}

function* choose(sleepers: readonly number[], count: number): Generator<readonly number[]> {
  if (sleepers.length <= count) yield sleepers
  else {
    for (const sleeper of sleepers) {
      const others = sleepers.filter(other => other > sleeper)
      for (const rest of count > 1 ? choose(others, count - 1) : [[]]) {
        if (rest.length === count - 1) yield [sleeper, ...rest]
      }
    }
  }
}

function environment(party: number, results: readonly unknown[], hasWakes: boolean): Environment {
  let done = 0
  const perform = (text: string, apply: Operation['apply'], more: Partial<Operation> = {}): unknown => {
    if (done < results.length) return results[done++]
    throw new Suspended({ text, apply, ...more })
  }
  const words: Words = {
    load: index => perform(`load ${index}`, world => world.load(index)) as number,
    store: (index, value) => void perform(`store ${index} ${value}`, world => void world.words.set(index, value | 0)),
    read: index => words.load(index),
    write: (index, value) => words.store(index, value),
    add: (index, amount) =>
      perform(`add ${index} ${amount}`, world => {
        const before = world.load(index)
        world.words.set(index, (before + amount) | 0)
        return before
      }) as number,
    compareExchange: (index, expected, replacement) =>
      perform(`compareExchange ${index} ${expected} ${replacement}`, world => {
        const before = world.load(index)
        if (before === expected) world.words.set(index, replacement | 0)
        return before
      }) as number,
    load64: index => perform(`load64 ${index}`, world => world.wide.get(index) ?? 0n) as bigint,
    store64: (index, value) => void perform(`store64 ${index} ${value}`, world => void world.wide.set(index, value)),
    compareExchange64: (index, expected, replacement) =>
      perform(`compareExchange64 ${index} ${expected} ${replacement}`, world => {
        const before = world.wide.get(index) ?? 0n
        if (before === expected) world.wide.set(index, replacement)
        return before
      }) as bigint,
  }
  const nothing = (): void => {}
  return {
    words,
    parties: {
      me: () => bitsOf(party),
      isDead: bits =>
        perform(`isDead ${((bits >>> 2) & 0x3fff) - 1}`, world =>
          world.dead.has(((bits >>> 2) & 0x3fff) - 1),
        ) as boolean,
    },
    wake: (index, count) => void (hasWakes && perform(`wake ${index} ${count}`, nothing, { wakes: { index, count } })),
    run(steps, patient) {
      let step = steps.next(false)
      while (step.done !== true) {
        step = steps.next(
          perform(`wait ${step.value.index} ${step.value.expected}`, nothing, {
            wait: step.value,
            patient: patient !== undefined,
          }) === true,
        )
      }
      return step.value
    },
    enter: () => void perform('enter', world => void world.inside.add(party)),
    leave: () => void perform('leave', world => void world.inside.delete(party)),
    note: text => void perform(`note ${text}`, world => void world.notes.push(text)),
  }
}
