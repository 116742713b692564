import { parentPort } from 'node:worker_threads'
import { Region } from '@manyhands/core'
import { ShareableList, type SharedArray, type Value } from '../../src/index.ts'
import { texts } from './texts.ts'
import { own, rehydrate } from './travel.ts'

const classes = { ...own, Region }

const operations = {
  double(array: SharedArray<'f64'>): string {
    for (let i = 0; i < array.length; i++) array.data[i] = (array.data[i] ?? 0) * 2
    return `${array.dtype} [${array.shape.join(', ')}]`
  },
  same(first: object, second: object): boolean {
    return first === second
  },
  count(value: Value<'i32'>, times: number): number {
    for (let i = 0; i < times; i++) value.add(1)
    return value.value
  },
  /** Writes texts to element 0 until the reader has set element 1. */
  writeTexts(name: string, offset: number): void {
    const list = ShareableList.attach(name)
    for (let i = offset; list.get(1) === false; i++) list.set(0, texts[i % texts.length] ?? null)
  },
  /** Reads element 0 until it has changed that often. @returns what nobody has written */
  readTexts(name: string, changes: number): unknown[] {
    const list = ShareableList.attach(name)
    const garbage: unknown[] = []
    let last: unknown
    for (let seen = 0; seen < changes;) {
      const value = list.get(0)
      if (value !== last) seen++
      if (!texts.includes(value as string)) garbage.push(value)
      last = value
    }
    list.set(1, true)
    return garbage
  },
}

parentPort?.on('message', ([name, args]: [keyof typeof operations, unknown]) => {
  const operation = operations[name] as (...args: unknown[]) => unknown
  parentPort?.postMessage(operation(...(rehydrate(args, classes) as unknown[])))
})
