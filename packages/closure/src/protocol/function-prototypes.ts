const above = (value: object): object => Object.getPrototypeOf(value) as object
const iterator = (value: Iterable<unknown>): object => above(value[Symbol.iterator]() as object)

/** What no global variable leads to, by the name it has in messages. */
export const hiddenIntrinsics: Readonly<Record<string, object>> = {
  AsyncFunction: above(async () => {}),
  GeneratorFunction: above(function* () {}),
  AsyncGeneratorFunction: above(async function* () {}),
  TypedArray: above(Uint8Array),
  TypedArrayPrototype: above(Uint8Array.prototype),
  ArrayIterator: iterator([]),
  MapIterator: iterator(new Map()),
  SetIterator: iterator(new Set()),
  StringIterator: iterator(''),
  RegExpStringIterator: above(''.matchAll(/a/g)),
  GeneratorPrototype: above(above((function* () {})())),
  AsyncGeneratorPrototype: above(above((async function* () {})())),
  AsyncIterator: above(above(above((async function* () {})()))),
}
