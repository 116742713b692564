let n = 0
class Box {
  constructor(v) {
    this.v = v
  }
  get() {
    return this.v + n * 0
  }
}
module.exports = { next: () => ++n, add: (a, b) => a + b + n * 0, deep: { inner: x => x * 2 + n * 0 }, Box }
