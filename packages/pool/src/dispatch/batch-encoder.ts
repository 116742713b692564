import type { Codec } from '@manyhands/base'
import { movedWith } from '../here/move.ts'
import { BATCH, type ToWorkerMessage } from '../protocol/messages.ts'
import { isPrimitive, toPayload } from '../protocol/payload.ts'
import { type Run, SPREAD } from '../protocol/run.ts'
import type { FunctionRecord } from './function-table.ts'

/**
 * Builds one BATCH message. Calls of the same function with as many arguments become one run, so that a tiny task adds
 * little more than its argument.
 */
export class BatchEncoder {
  readonly #codec: Codec
  /** The id and the flags are set when it is sent. */
  readonly #message: [kind: typeof BATCH, batchId: number, flags: number, ...runs: unknown[]] = [BATCH, 0, 0]
  /** Objects that the message holds; see Codec.encode. Made when the first object comes. */
  #objects: Set<object> | undefined
  #fn: FunctionRecord | undefined
  #arity = 0
  #count = 0
  #firstIndex = -1
  #values: unknown[] = []
  #allNumbers = true
  /** What the message moves. */
  readonly transfer: unknown[] = []
  /** Some of it was in the arguments or the function. */
  moves = false
  /** The functions that the worker must know. */
  readonly functions: FunctionRecord[] = []
  /** Connections that functions capture which go along with their one task. */
  readonly offered: string[] = []

  constructor(codec: Codec) {
    this.#codec = codec
  }

  /**
   * Adds one call.
   *
   * @returns false when it shares an object with the calls so far: send the message and begin another; never for the
   * first call
   * @throws SerializationError when an argument cannot travel; the message is as before
   */
  add(fn: FunctionRecord, args: readonly unknown[]): boolean {
    const { length } = args
    if (fn !== this.#fn || fn.id === 0 || length !== this.#arity || this.#firstIndex !== -1) this.#begin(fn, length, -1)
    if (length === 1 && typeof args[0] === 'number') this.#values.push(args[0])
    else if (hasSeveralObjects(args)) {
      // They may share an object, which is one where they arrive only if they are one value.
      if (!this.#spread(fn, args)) return false
    } else if (!this.#push(args)) return false
    this.#count++
    return true
  }

  /** Adds `fn(item, index)`; the indices of consecutive items count up by one. The rest as `add`. */
  addItem(fn: FunctionRecord, item: unknown, index: number): boolean {
    if (fn !== this.#fn || this.#firstIndex === -1 || index !== this.#firstIndex + this.#count) {
      this.#begin(fn, 1, index)
    }
    if (typeof item === 'number') this.#values.push(item)
    else if (!this.#push([item])) return false
    this.#count++
    return true
  }

  finish(batchId: number, flags: number): ToWorkerMessage {
    this.#endRun()
    this.#message[1] = batchId
    this.#message[2] = flags
    return this.#message
  }

  #begin(fn: FunctionRecord, arity: number, firstIndex: number): void {
    this.#endRun()
    this.#fn = fn
    this.#arity = arity
    this.#firstIndex = firstIndex
    if (fn.id !== 0 && !this.functions.includes(fn)) this.functions.push(fn)
  }

  #endRun(): void {
    const fn = this.#fn
    if (fn !== undefined && this.#count > 0) {
      const run: Run = [
        fn.id === 0 ? fn.packed : fn.id,
        this.#count,
        this.#arity,
        this.#firstIndex,
        toPayload(this.#values, this.#allNumbers, this.transfer),
      ]
      this.#message.push(...run)
      if (fn.offered !== undefined) this.offered.push(...fn.offered)
      if (fn.id === 0) this.#move(movedWith(fn.packed))
    }
    this.#fn = undefined
    this.#count = 0
    this.#values = []
    this.#allNumbers = true
  }

  /** All arguments of a call as one value. */
  #spread(fn: FunctionRecord, args: readonly unknown[]): boolean {
    this.#objects ??= new Set()
    const encoded = this.#codec.encode([...args], this.#objects)
    if (encoded === undefined) return false
    this.#move(movedWith(encoded))
    this.#begin(fn, SPREAD, -1)
    this.#values.push(encoded)
    this.#allNumbers = false
    return true
  }

  #push(args: readonly unknown[]): boolean {
    const mark = this.#values.length
    let moved: readonly object[] = []
    for (let i = 0; i < args.length; i++) {
      const value = args[i]
      if (typeof value === 'number') {
        this.#values.push(value)
        continue
      }
      if (isPrimitive(value)) {
        this.#values.push(value)
        this.#allNumbers = false
        continue
      }
      this.#objects ??= new Set()
      let encoded: object | undefined
      try {
        encoded = this.#codec.encode(value, this.#objects)
      } catch (error) {
        this.#values.length = mark
        throw error
      }
      if (encoded === undefined) {
        this.#values.length = mark
        return false
      }
      moved = moved.length === 0 ? movedWith(encoded) : moved.concat(movedWith(encoded))
      this.#values.push(encoded)
      this.#allNumbers = false
    }
    this.#move(moved)
    return true
  }

  #move(objects: readonly object[]): void {
    if (objects.length === 0) return
    this.moves = true
    this.transfer.push(...objects)
  }
}

function hasSeveralObjects(args: readonly unknown[]): boolean {
  let count = 0
  for (const arg of args) if (!isPrimitive(arg) && ++count > 1) return true
  return false
}
