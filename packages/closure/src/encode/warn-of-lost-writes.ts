import * as types from 'node:util/types'
import { sharedBufferOwner } from '@manyhands/base'
import { shownName } from '../protocol/names.ts'
import { pathOf } from '../text/scripts.ts'
import { sourcePosition } from '../text/source-lines.ts'
import { startOf } from '../text/templates.ts'
import type { Encoder } from './encoder.ts'

const warned = new Set<string>()

/**
 * Warns, once for each place, of captured variables that a function changes and nothing reads: the worker has a copy,
 * so that the change is lost. A program expects to see it, since nothing else can.
 */
export function warnOfLostWrites(encoder: Encoder): void {
  const { lostWrites, reader } = encoder
  if (lostWrites === undefined || process.env['MANYHANDS_WARN'] === 'off') return
  for (const { name, value, write, analysis, facts, label } of lostWrites) {
    if (!write.assigns && !isCopied(value) && !isField(value, write.member)) continue
    const url = reader.url(facts)
    // A package knows what it does.
    if (!url.startsWith('file:') || url.includes('/node_modules/')) continue
    const before = analysis.original.slice(0, write.start).split('\n').length - 1
    const at = sourcePosition(url, startOf(analysis, facts).line + before, 0)
    const place = `${pathOf(at.file) ?? at.file}:${at.line + 1}`
    if (warned.has(`${place} ${name}`)) continue
    // Something else of the message may read what another function fills.
    if (!write.assigns && encoder.timesHeld(value as object) > 1) continue
    warned.add(`${place} ${name}`)
    process.emitWarning(
      `the function ${label()} changes \`${shownName(name)}\` (${place}), which is a copy in its worker: ` +
        'nobody sees the change. Return it and combine the results, or share it: ' +
        '`Value` or `SharedArray` for numbers, a `Manager` for the rest',
      { type: 'ManyhandsWarning', code: 'MANYHANDS_LOST_WRITE' },
    )
  }
}

/** A member of an instance that is plain data, as `this.count` is. */
function isField(value: unknown, member: string | undefined): boolean {
  if (typeof value !== 'object' || value === null || member === undefined || types.isProxy(value)) return false
  return Object.getOwnPropertyDescriptor(value, member)?.writable === true
}

/** Whether the worker gets a copy of an object that tasks might fill. */
function isCopied(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  if (ArrayBuffer.isView(value)) {
    return !types.isSharedArrayBuffer(value.buffer) && sharedBufferOwner(value.buffer) === undefined
  }
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || [Object.prototype, Array.prototype, Map.prototype, Set.prototype].includes(prototype)
}
