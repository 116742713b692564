import {
  type Across,
  checkFunction,
  noteOffers,
  type FutureLabel,
  SerializationError,
  type TaskFunction,
} from '@manyhands/base'
import { labelOf, pack, stableKey } from '@manyhands/closure'
import { movedWith } from '../here/move.ts'
import type { TaskCount } from './task-count.ts'

/** A function as workers know it. */
export interface FunctionRecord extends FutureLabel {
  /** The id under which workers keep it; 0 when it is sent along with its one task. */
  readonly id: number
  readonly packed: object
  /** Connections that it captures, when it is sent along with its one task. */
  readonly offered: readonly string[] | undefined
  /** Milliseconds one call takes, as measured by workers (moving average); undefined until the first report. */
  costMs: number | undefined
  /** The function itself, or the last one that means the same: errors get its place in their stacks. */
  source: object
  /** As {@link FunctionUser.noteDropped}. */
  noteDropped(tasks: number, queue: TaskCount | undefined): void
}

/** The pool of the functions. */
export interface FunctionUser {
  /** No task will name the function again. */
  forgetFunction(id: number): void
  /**
   * So many tasks that waited are not wanted any more.
   *
   * @param queue - where they waited; undefined: in the queue for all workers
   */
  noteDropped(tasks: number, queue: TaskCount | undefined): void
}

/**
 * A function that was packed once for many calls, captured values included. Called here, it does what the original
 * does.
 */
export type PreparedFunction<A extends readonly unknown[], R> = TaskFunction<A, R>

/**
 * The functions that a pool has packed.
 *
 * Remembered by identity are only functions whose meaning cannot change: those that travel by reference and those that
 * capture nothing. All others are packed at each submit, because a captured variable may have changed in between.
 */
export class FunctionTable {
  readonly #across: Across
  readonly #owner: object
  readonly #records = new WeakMap<object, FunctionRecord>()
  /** Functions that are made anew in each turn of a loop but mean the same. */
  readonly #byKey = new Map<string, WeakRef<FunctionRecord>>()
  readonly #pool: WeakRef<FunctionUser>
  readonly #collected: FinalizationRegistry<{ readonly id: number; readonly key: string | undefined }>
  #nextId = 1
  #last: object | undefined
  #lastRecord: FunctionRecord | undefined

  /**
   * @param owner - stands for the executor in the watch for unseen failures
   * @param user - the pool; it is not held
   */
  constructor(across: Across, owner: object, user: FunctionUser) {
    this.#across = across
    this.#owner = owner
    const pool = (this.#pool = new WeakRef(user))
    this.#collected = new FinalizationRegistry(({ id, key }) => {
      if (key !== undefined && this.#byKey.get(key)?.deref() === undefined) this.#byKey.delete(key)
      pool.deref()?.forgetFunction(id)
    })
  }

  /** @throws SerializationError when the function cannot travel, TypeError when it is none */
  lookup(fn: unknown): FunctionRecord {
    if (fn === this.#last && this.#lastRecord !== undefined) return this.#lastRecord
    checkFunction('fn', fn, 'write (fn, ...args), not (fn(...args))')
    let record = this.#records.get(fn)
    if (record === undefined) {
      const { made: packed, offered } = noteOffers(() => pack(fn, { across: this.#across }))
      const key = stableKey(packed)
      // Its values are read when the task is handed to a worker, and that is once.
      if (key === undefined) return this.#record(0, fn, packed, offered)
      record = this.#byKey.get(key)?.deref() ?? this.#remember(fn, packed, key)
      record.source = fn
      this.#records.set(fn, record)
    }
    this.#last = fn
    this.#lastRecord = record
    return record
  }

  /** Packs `fn` with the values that its captured variables have now; what is returned is remembered with them. */
  prepare<A extends readonly unknown[], R>(fn: TaskFunction<A, R>): PreparedFunction<A, R> {
    const record = this.lookup(fn)
    if (record.id !== 0) return fn
    const prepared: PreparedFunction<A, R> = (...args) => fn(...args)
    // Workers receive it at different times: without a copy they could see different states of a captured object.
    this.#records.set(prepared, this.#remember(fn, snapshot(record.packed), undefined))
    return prepared
  }

  #record(id: number, fn: TaskSource, packed: object, offered?: readonly string[]): FunctionRecord {
    return new PackedFunction(id, fn, this.#owner, packed, offered, this.#pool)
  }

  #remember(fn: TaskSource, packed: object, key: string | undefined): FunctionRecord {
    const record = this.#record(this.#nextId++, fn, packed)
    if (key !== undefined) this.#byKey.set(key, new WeakRef(record))
    this.#collected.register(record, { id: record.id, key })
    return record
  }
}

function snapshot(packed: object): object {
  if (movedWith(packed).length > 0) {
    const hint = 'give it to one task as an argument, `submit(fn, port)`'
    throw new SerializationError(
      `cannot send the function: it captures a MessagePort, which only one worker can have. Hint: ${hint}.`,
      { hint },
    )
  }
  try {
    return structuredClone(packed)
  } catch (cause) {
    throw new SerializationError(`cannot send the function: ${(cause as Error).message}`, { cause })
  }
}

type TaskSource = object & { readonly name: unknown }

class PackedFunction implements FunctionRecord {
  readonly id: number
  readonly owner: object
  readonly packed: object
  readonly offered: readonly string[] | undefined
  costMs: number | undefined = undefined
  source: TaskSource
  readonly #pool: WeakRef<FunctionUser>
  /** The function whose place is known. */
  #placed: object | undefined
  #place = ''

  constructor(
    id: number,
    source: TaskSource,
    owner: object,
    packed: object,
    offered: readonly string[] | undefined,
    pool: WeakRef<FunctionUser>,
  ) {
    this.id = id
    this.source = source
    this.owner = owner
    this.packed = packed
    this.offered = offered
    this.#pool = pool
  }

  noteDropped(tasks: number, queue: TaskCount | undefined): void {
    this.#pool.deref()?.noteDropped(tasks, queue)
  }

  /** Of a function without a name its place, which takes long to find: only errors and events ask for it. */
  get name(): string {
    const { source } = this
    if (typeof source.name === 'string' && source.name !== '') return source.name
    if (this.#placed !== source) {
      this.#placed = source
      this.#place = labelOf(source)
    }
    return this.#place
  }
}
