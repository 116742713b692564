import { InvalidStateError } from '@manyhands/base'
import { atomics, checkAtomic } from './atomics.ts'
import { type AtomicDtype, checkElement, type DataOf, type Dtype, type ElementOf } from './dtype.ts'
import { offsetOf, type Shape } from './shape.ts'

/**
 * The operations of a {@link SharedArray} that are one step for all other threads and processes: the methods by which
 * tasks may write the same integer.
 */
export abstract class AtomicElements<D extends Dtype> {
  abstract readonly dtype: D
  abstract readonly shape: Shape
  abstract readonly data: DataOf<D>

  /**
   * Reads the element at `indices` in order with what other workers do.
   *
   * @throws TypeError for a float or `u8c`; and as `at`
   */
  load(this: AtomicElements<AtomicDtype & D>, ...indices: number[]): ElementOf<D> {
    return atomics.load(this.data, this.#place('load', indices))
  }

  /**
   * Writes `value` at `indices` in order with what other workers do.
   * @throws as {@link AtomicElements.load} and `set`
   */
  store(this: AtomicElements<AtomicDtype & D>, value: ElementOf<D>, ...indices: number[]): void {
    atomics.store(this.data, this.#cell('store', indices, value), value)
  }

  /**
   * Adds `amount` to the element at `indices` in one step, wrapping around at the ends of the type.
   *
   * @returns the element before
   * @throws TypeError when `amount` is not a number (a bigint for i64 and u64); and as {@link AtomicElements.load}
   */
  add(this: AtomicElements<AtomicDtype & D>, amount: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.add(this.data, this.#cell('add', indices, amount), amount)
  }

  /** Subtracts in one step. @returns the element before @throws as {@link AtomicElements.load} */
  sub(this: AtomicElements<AtomicDtype & D>, amount: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.sub(this.data, this.#cell('sub', indices, amount), amount)
  }

  /** Keeps the bits of `mask` in one step. @returns the element before @throws as {@link AtomicElements.load} */
  and(this: AtomicElements<AtomicDtype & D>, mask: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.and(this.data, this.#cell('and', indices, mask), mask)
  }

  /** Sets the bits of `mask` in one step. @returns the element before @throws as {@link AtomicElements.load} */
  or(this: AtomicElements<AtomicDtype & D>, mask: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.or(this.data, this.#cell('or', indices, mask), mask)
  }

  /** Flips the bits of `mask` in one step. @returns the element before @throws as {@link AtomicElements.load} */
  xor(this: AtomicElements<AtomicDtype & D>, mask: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.xor(this.data, this.#cell('xor', indices, mask), mask)
  }

  /**
   * Writes `value` and reads what was there, in one step.
   * @returns the element before
   * @throws as {@link AtomicElements.load}
   */
  exchange(this: AtomicElements<AtomicDtype & D>, value: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.exchange(this.data, this.#cell('exchange', indices, value), value)
  }

  /**
   * Writes `replacement` only if the element is `expected`, in one step.
   *
   * @returns the element before: `expected` when it was written, else what is there
   * @throws as {@link AtomicElements.load}
   */
  compareExchange(
    this: AtomicElements<AtomicDtype & D>,
    expected: ElementOf<D>,
    replacement: ElementOf<D>,
    ...indices: number[]
  ): ElementOf<D> {
    return atomics.compareExchange(
      this.data,
      this.#cell('compareExchange', indices, expected, replacement),
      expected,
      replacement,
    )
  }

  /** As `#place`, for an operation that takes one or two elements. */
  #cell(method: string, indices: readonly number[], first: unknown, second = first): number {
    checkElement(method, this.dtype, first)
    checkElement(method, this.dtype, second)
    return this.#place(method, indices)
  }

  /** Where the element at `indices` lies, for an operation in one step. */
  #place(method: string, indices: readonly number[]): number {
    checkAtomic(`SharedArray.${method}`, this.dtype)
    const offset = offsetOf(this.shape, indices)
    return offset < this.data.length ? offset : closed()
  }
}

/** @throws InvalidStateError */
export function closed(): never {
  throw new InvalidStateError('the memory of this array was closed')
}
