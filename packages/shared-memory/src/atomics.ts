import { type DataOf, type Dtype, type ElementOf, isAtomic } from './dtype.ts'

/** The operations of `Atomics` that change an element in one step and return what was there before. */
interface AnyAtomics {
  load(data: unknown, index: number): never
  store(data: unknown, index: number, value: unknown): never
  add(data: unknown, index: number, amount: unknown): never
  sub(data: unknown, index: number, amount: unknown): never
  and(data: unknown, index: number, mask: unknown): never
  or(data: unknown, index: number, mask: unknown): never
  xor(data: unknown, index: number, mask: unknown): never
  exchange(data: unknown, index: number, value: unknown): never
  compareExchange(data: unknown, index: number, expected: unknown, replacement: unknown): never
}

/** `Atomics`, for data whose dtype is not known at compile time. It works on shared and on mapped memory. */
export const atomics = Atomics as unknown as AnyAtomics

/** @throws TypeError unless the elements of `dtype` are integers that `Atomics` works on */
export function checkAtomic(where: string, dtype: Dtype): void {
  if (!isAtomic(dtype)) throw new TypeError(`${where} needs an integer dtype such as i32, this one is ${dtype}`)
}

/** Reads an element: in one step where that is possible. */
export function loadElement<D extends Dtype>(data: DataOf<D>, index: number, atomic: boolean): ElementOf<D> {
  return atomic ? atomics.load(data, index) : (data[index] as ElementOf<D>)
}
