import { setting } from './between.ts'

export function use(x: number): number {
  return x + setting()
}

export class Counter {
  readonly start = setting()
}
