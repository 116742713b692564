// TypeScript: what types, and what removes them, do to the text of functions.
import { works } from './case.ts'

interface Named {
  readonly name: string
}
type Scale = (value: number) => number

const factor: number = 3
const scale: Scale = (value: number): number => value * factor
function first<T extends Named>(...items: readonly T[]): T | undefined {
  return items[0] as T | undefined
}
class Shape<T> implements Named {
  declare readonly kind: string
  readonly name: string
  protected value?: T | undefined
  static count: number = 2
  constructor(name: string, value?: T) {
    this.name = name
    if (value !== undefined) this.value = value
  }
  get held(): T | undefined {
    return this.value satisfies T | undefined
  }
  [Symbol.toPrimitive](hint: string): string {
    return `${hint} ${this.name}`
  }
}
abstract class Base {
  abstract area(): number
  twice(this: Base): number {
    return this.area() * 2
  }
}
class Square extends Base {
  override area(): number {
    return factor ** 2
  }
}

export const cases = [
  works('types of parameters and results', () => (value: number, named: Named = { name: 'n' }): string => `${scale(value)}${named.name}`, [2]),
  works('a generic function', () => () => first<Named>({ name: 'a' })?.name),
  works('as, satisfies and non-null assertions', () => () => ([factor as unknown as number, { factor } satisfies object, [scale][0]!(1)])),
  works('a generic class, with declared and optional fields', () => { const shape = new Shape<number>('s', 4); return () => [shape.held, shape.name, `${shape as unknown as string}`, Object.keys(shape), Shape.count] }),
  works('an abstract class and its subclass', () => { const square = new Square(); return () => [square.twice(), square instanceof Base] }),
  works('overloads inside of a function', () => () => { function over(value: string): string
    function over(value: number): number
    function over(value: unknown): unknown { return value }
    return [over('a'), over(factor)] }),
  works('a generic arrow function', () => <T,>(value: T): [T, number] => [value, factor], ['v']),
]
