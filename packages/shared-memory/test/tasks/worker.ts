import { parentPort } from 'node:worker_threads'
import { Region } from '@manyhands/core'
import type { SharedArray, Value } from '../../src/index.ts'
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
}

parentPort?.on('message', ([name, args]: [keyof typeof operations, unknown]) => {
  const operation = operations[name] as (...args: unknown[]) => unknown
  parentPort?.postMessage(operation(...(rehydrate(args, classes) as unknown[])))
})
