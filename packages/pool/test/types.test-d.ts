import type { Indexed, MapResults } from '@manyhands/core'
import { expectTypeOf, test } from 'vitest'
import type { ThreadPoolExecutor } from '../src/index.ts'

declare const pool: ThreadPoolExecutor
declare function shrink(path: string, size?: number): Promise<Uint8Array>
declare function paths(): AsyncGenerator<string>

test('map infers the result from one iterable', () => {
  expectTypeOf(pool.map(shrink, ['a'])).toEqualTypeOf<MapResults<Uint8Array>>()
  expectTypeOf(pool.map(path => path.length, paths(), { chunkSize: 2 })).toEqualTypeOf<MapResults<number>>()
  expectTypeOf(pool.map(() => 1, [1, 2])).toEqualTypeOf<MapResults<number>>()
  expectTypeOf(pool.map(<T>(x: T) => x, ['a'])).toEqualTypeOf<MapResults<string>>()
  expectTypeOf(pool.map((x: number) => x, [1]).toArray()).toEqualTypeOf<Promise<number[]>>()
  expectTypeOf<MapResults<number>>().toExtend<AsyncIterableIterator<number> & AsyncDisposable>()
})

test('map infers the parameters from several iterables', () => {
  expectTypeOf(pool.map((x, y) => x + y, [1, 2], [3, 4])).toEqualTypeOf<MapResults<number>>()
  expectTypeOf(pool.map(shrink, paths(), [64])).toEqualTypeOf<MapResults<Uint8Array>>()
  expectTypeOf(pool.map((n, word) => `${n.toFixed()}${word.trim()}`, [1], ['a'], { chunkSize: 10 })).toEqualTypeOf<
    MapResults<string>
  >()
  expectTypeOf(pool.map((a, b, c) => [a, b, c] as const, [1], new Set(['b']), paths())).toEqualTypeOf<
    MapResults<readonly [number, string, string]>
  >()
})

test('map infers the parameters from arrays of arguments', () => {
  expectTypeOf(pool.map(shrink, [['a', 64] as const], { spread: true })).toEqualTypeOf<MapResults<Uint8Array>>()
  expectTypeOf(pool.map((n: number, word: string) => word + n, [[1, 'a']], { spread: true })).toEqualTypeOf<
    MapResults<string>
  >()
  expectTypeOf(pool.map((x, y) => x * y, [[1, 2]], { spread: true })).toEqualTypeOf<MapResults<number>>()
})

test('mapUnordered adds positions', () => {
  expectTypeOf(pool.mapUnordered(shrink, ['a'])).toEqualTypeOf<MapResults<Indexed<Uint8Array>>>()
  expectTypeOf(pool.mapUnordered((x, y) => x + y, [1], [2], {})).toEqualTypeOf<MapResults<Indexed<number>>>()
})

test('wrong items and options do not compile', () => {
  // @ts-expect-error the paths are strings
  void (() => pool.map(shrink, [1]))
  // @ts-expect-error the sizes are numbers
  void (() => pool.map(shrink, ['a'], ['b']))
  // @ts-expect-error an iterable is missing
  void (() => pool.map((x: number, y: number) => x + y, [1]))
  // @ts-expect-error chunkSize
  void (() => pool.map((x: number) => x, [1], { chunksize: 1 }))
  // @ts-expect-error several iterables, and arrays of arguments
  void (() => pool.map((x: number, y: number) => x + y, [1], [2], { spread: true }))
  // @ts-expect-error it is no array
  void (() => pool.map(shrink, ['a']).length)
})
