import { CLOSURE_TAG, markOwn } from '@manyhands/base'
import lazy from '#lazy'
import type * as closure from './index.ts'

// What index.ts exports, for bundles: they hold the code of it as a part, and this program and its workers load it when
// they first need it. Bundlers take it by the condition `module`; one that does not makes a larger bundle.

type Closure = typeof closure
type FunctionName = {
  [K in keyof Closure]: Closure[K] extends (...args: never[]) => unknown ? K : never
}[keyof Closure]

function late<K extends FunctionName>(name: K): Closure[K] {
  const call = (...args: never[]): unknown => (lazy.packing()[name] as (...all: never[]) => unknown)(...args)
  markOwn(call, () => ({ tag: CLOSURE_TAG, module: '', name }))
  return call as Closure[K]
}

export const createCodec = /* @__PURE__ */ late('createCodec')
export const createPacker = /* @__PURE__ */ late('createPacker')
export const explain = /* @__PURE__ */ late('explain')
export const labelOf = /* @__PURE__ */ late('labelOf')
export const noteInitializer = /* @__PURE__ */ late('noteInitializer')
export const pack = /* @__PURE__ */ late('pack')
export const registerReducer = /* @__PURE__ */ late('registerReducer')
export const remote = /* @__PURE__ */ late('remote')
export const stableKey = /* @__PURE__ */ late('stableKey')
export const unpack = /* @__PURE__ */ late('unpack')
export const withCaptures = /* @__PURE__ */ late('withCaptures')
export const withPlace = /* @__PURE__ */ late('withPlace')
