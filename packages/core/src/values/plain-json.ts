import * as types from 'node:util/types'

/** Longer strings may take more bytes as UTF-8, at up to 3 per character, than Node can decode. */
export const MAX_UTF8 = 2 ** 27

/**
 * Larger values are left to structured clone, which takes 4 us to start, but less for each further number and object.
 */
const MAX_OBJECTS = 16
const MAX_MEMBERS = 128
const MAX_CHARACTERS = 64 << 10

/** The objects that a walk has visited, and its remaining limits. */
interface Walk {
  readonly met: object[]
  members: number
  characters: number
}

/**
 * Encodes small plain data that JSON preserves, the most frequent kind of value: this takes less than half the time of
 * structured clone.
 *
 * @returns undefined for values that JSON would change: accessors, non-enumerable and symbol properties, classes,
 * holes, `undefined`, NaN, infinities and -0, objects that occur twice; and for large values
 */
export function plainJson(value: object): string | undefined {
  try {
    return isKept(value, { met: [], members: MAX_MEMBERS, characters: MAX_CHARACTERS })
      ? JSON.stringify(value)
      : undefined
  } catch {
    return undefined // an accessor in an array has thrown: structured clone reports it
  }
}

function isKept(value: object, walk: Walk): boolean {
  const { met } = walk
  if (met.length === MAX_OBJECTS || met.includes(value)) return false
  if (types.isProxy(value) || !Object.isExtensible(value)) return false
  met.push(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return isObjectKept(value, walk)
  return prototype === Array.prototype && Array.isArray(value) && isArrayKept(value, walk)
}

function isObjectKept(value: object, walk: Walk): boolean {
  const keys = Object.keys(value)
  walk.members -= keys.length
  if (walk.members < 0 || keys.length === 0 || 'toJSON' in value || isDisguised(value)) return false
  if (Object.getOwnPropertyNames(value).length !== keys.length || Object.getOwnPropertySymbols(value).length > 0) {
    return false
  }
  for (const key of keys) {
    walk.characters -= key.length
    // The descriptor of an accessor has no value, and JSON drops `undefined`.
    if (!isMemberKept(Object.getOwnPropertyDescriptor(value, key)?.value, walk)) return false
  }
  return true
}

/** True for a built-in type of structured clone whose prototype was changed to that of plain objects. */
function isDisguised(value: object): boolean {
  return (
    types.isBoxedPrimitive(value) ||
    ArrayBuffer.isView(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isNativeError(value)
  )
}

function isArrayKept(value: readonly unknown[], walk: Walk): boolean {
  walk.members -= value.length
  if (walk.members < 0 || 'toJSON' in value) return false
  // A hole reads as `undefined`. Without holes, all names except `length` are indices.
  for (let i = 0; i < value.length; i++) if (!isMemberKept(value[i], walk)) return false
  return (
    Object.getOwnPropertyNames(value).length === value.length + 1 && Object.getOwnPropertySymbols(value).length === 0
  )
}

function isMemberKept(member: unknown, walk: Walk): boolean {
  switch (typeof member) {
    case 'string':
      return (walk.characters -= member.length) >= 0
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(member) && (member !== 0 || 1 / member > 0)
    case 'object':
      return member === null || isKept(member, walk)
    default:
      return false
  }
}
