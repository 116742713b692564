import { type Across, checkOptionNames, describeValue, SerializationError } from '@manyhands/base'
import { type Edge, FORMAT, FUNCTION, MODULE, type Packed } from '../protocol/message.ts'
import type { Cells } from './cells.ts'
import { encodeNode } from './encode-node.ts'
import type { EncoderMode } from './encoder-mode.ts'
import { Encoder } from './encoder.ts'
import { type FactsCache, FunctionReader } from './function-reader.ts'
import { ScopesAreShared } from './shared-variables.ts'
import { warnOfLostWrites } from './warn-of-lost-writes.ts'
import { warnOfSetup } from './warn-of-setup.ts'

export interface PackOptions {
  /** Who will unpack it. Only threads can receive shared memory. @default 'threads' */
  readonly across?: Across | undefined
}

/**
 * Turns any value into a message: data, instances of classes, functions with the variables that they capture, cycles
 * and all. It is read at the call; objects of plain data are copied only when the message is posted.
 *
 * A function that a module other than the main one exports goes by reference: the other side imports the module. All
 * others go by value: their text and what they capture.
 *
 * @returns a cloneable object for {@link unpack}
 * @throws SerializationError for what cannot travel, with the path to it and a hint
 * @throws TypeError for bad options
 */
export function pack(value: unknown, options: PackOptions = {}): Packed {
  checkOptionNames('pack', options, ['across'], { target: 'across' })
  const { across = 'threads' } = options
  if (across !== 'threads' && across !== 'processes') {
    throw new TypeError(`across must be 'threads' or 'processes', got ${describeValue(across)}`)
  }
  return packWith(value, { across }).packed
}

/** How `packWith` differs for a channel. */
export interface PackContext {
  readonly across: Across
  /** See {@link Packed.refresh}. @default true */
  readonly refresh?: boolean | undefined
  /** Facts that hold for all values of one message. */
  readonly facts?: FactsCache | undefined
  /** A value that cannot travel becomes a node with the reason. @default it is an error */
  readonly keepsGoing?: boolean | undefined
  /** It is what a task threw. @default false */
  readonly isFailure?: boolean | undefined
  /** It goes to the thread or process that this one works for. @default false */
  readonly isAnswer?: boolean | undefined
}

/** As `pack`, and tells the encoder, which knows the way to each part. */
export function packWith(
  value: unknown,
  { across, refresh = true, facts, keepsGoing = false, isFailure = false, isAnswer = isFailure }: PackContext,
): { readonly packed: Packed; readonly encoder: Encoder } {
  const reader = new FunctionReader(facts)
  try {
    const { encoder, root } = encodeAll(value, across, reader, { keepsGoing, isFailure, isAnswer })
    if (!keepsGoing) {
      warnOfSetup(encoder)
      warnOfLostWrites(encoder)
    }
    return {
      packed: {
        format: FORMAT,
        templates: encoder.templates,
        nodes: encoder.nodes,
        root,
        refresh,
        stableKey: keyOf(encoder, root),
        ...(encoder.frozen === undefined ? {} : { frozen: encoder.frozen }),
        ...(encoder.weak === undefined ? {} : { weak: encoder.weak.nodes }),
        ...(encoder.transfer === undefined ? {} : { transfer: encoder.transfer }),
      },
      encoder,
    }
  } finally {
    reader.close()
  }
}

function encodeAll(
  value: unknown,
  across: Across,
  reader: FunctionReader,
  mode: EncoderMode,
): { readonly encoder: Encoder; readonly root: Edge } {
  let cells: Cells | undefined
  for (;;) {
    const encoder = new Encoder(across, reader, encodeNode, mode, cells)
    try {
      return { encoder, root: encoder.encode(value) }
    } catch (error) {
      encoder.discard()
      if (error instanceof ScopesAreShared) {
        ;({ cells } = error)
        continue
      }
      // Again from the start, with the value that is now known to be imported.
      if (error instanceof SerializationError && reader.noteImports(encoder.refusedWithin())) continue
      throw error
    }
  }
}

/** A function whose meaning cannot change: it goes by reference, or captures nothing and has nothing of its own. */
function keyOf(encoder: Encoder, root: Edge): string | undefined {
  if (!Array.isArray(root)) return undefined
  const node = encoder.nodes[(root as readonly [number])[0]]
  if (node?.[0] === MODULE) return `module ${node[2]} ${node[3].join('.')} ${node[4] ?? ''}`
  if (node?.[0] !== FUNCTION || node[2].length > 0 || node[4] !== 0 || node[5] !== 0 || node[6] !== undefined) {
    return undefined
  }
  const template = encoder.templates[node[1]]
  return template === undefined
    ? undefined
    : `${node[3]} ${template.url} ${template.form} ${template.strict} ${template.text}`
}

/**
 * A key of a packed function whose meaning cannot change, because it goes by reference or captures nothing: equal keys
 * mean equal functions, so that it may be remembered. Undefined for everything else.
 */
export function stableKey(packed: Packed): string | undefined {
  return packed.stableKey
}
