import * as types from 'node:util/types'
import { replace } from '@manyhands/base'
import { findGlobal, mayBeGlobal } from './builtins.ts'

/** What another thread may have without getting it in this message: functions, classes, globals, handles. */
export function isEverywhere(key: object): boolean {
  if (typeof key === 'function') return true
  if (typeof key !== 'object' || types.isProxy(key)) return false
  const type: unknown = Object.getOwnPropertyDescriptor(key, 'constructor')?.value
  if (typeof type === 'function' && type.prototype === key) return true
  return replace in key || (mayBeGlobal(key) && findGlobal(key) !== undefined)
}
