let made = 0

export class Shape {
  #id = ++made
  sides
  constructor(sides) {
    this.sides = sides
  }
  get id() {
    return this.#id
  }
  static is(value) {
    return #id in value
  }
}

export class Plain {
  constructor(v) {
    this.v = v
  }
  static make(v) {
    return new Plain(v)
  }
}

export default (a, b) => a * b + made * 0
export { Plain as Renamed }
export const isPlain = value => value instanceof Plain
export const tools = { double: x => x * 2, nested: { triple: x => x * 3 } }
const hidden = 5
export function* count(n) {
  for (let i = 0; i < n; i++) yield i + hidden
}
