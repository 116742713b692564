import { type Across, SerializationError } from '@manyhands/base'
import * as m from '../protocol/message.ts'
import type { Edge, Node, Packed } from '../protocol/message.ts'
import { shownName } from '../protocol/names.ts'
import { packWith } from './pack.ts'

const MAX_LINES = 200

/**
 * Says what would travel with a value, as a tree: each function with its captured variables, by value or by reference,
 * each object and its kind. What cannot travel is marked ✗, with the reason and a hint.
 *
 * @returns lines of text; never throws for what cannot travel
 */
export function explain(value: unknown, options: { readonly across?: Across | undefined } = {}): string {
  try {
    const { packed, encoder } = packWith(value, { across: options.across ?? 'threads', keepsGoing: true })
    encoder.discard()
    return new Explanation(packed).text()
  } catch (error) {
    if (!(error instanceof SerializationError)) throw error
    return `✗ ${error.message}`
  }
}

class Explanation {
  readonly #packed: Packed
  readonly #lines: string[] = []
  readonly #shown = new Set<number>()

  constructor(packed: Packed) {
    this.#packed = packed
  }

  text(): string {
    this.#edge(this.#packed.root, '', '')
    return (
      this.#lines.slice(0, MAX_LINES).join('\n') +
      (this.#lines.length > MAX_LINES ? `\n… ${this.#lines.length - MAX_LINES} more lines` : '')
    )
  }

  #edge(edge: Edge, label: string, indent: string): void {
    const prefix = `${indent}${label}${label === '' ? '' : ': '}`
    if (!Array.isArray(edge)) {
      this.#lines.push(`${prefix}${describePrimitive(edge as m.Primitive)}`)
      return
    }
    const index = (edge as m.Reference)[0]
    const node = this.#packed.nodes[index] as Node
    const again = this.#shown.has(index)
    this.#shown.add(index)
    this.#lines.push(`${prefix}${this.#describe(node)}${again ? ' (shown above)' : ''}`)
    if (again || this.#lines.length > MAX_LINES) return
    for (const [name, child] of this.#children(node)) this.#edge(child, name, `${indent}  `)
  }

  #describe(node: Node): string {
    switch (node[0]) {
      case m.REFUSED:
        return `✗ ${node[1]}.${node[2] === undefined ? '' : ` Hint: ${node[2]}.`}`
      case m.RAW:
        return `data (${Object.prototype.toString.call(node[1]).slice(8, -1)})`
      case m.FUNCTION: {
        const template = this.#packed.templates[node[1]]
        const where =
          template === undefined || template.url === '' ? '' : ` from ${baseName(template.url)}:${template.line + 1}`
        return `${template?.isClass === true ? 'class' : 'function'} ${node[3] || '(anonymous)'}, by value${where}`
      }
      case m.MODULE:
        return (
          `${node[3].length === 0 ? 'module' : `export ${node[3].join('.')} of`} ${node[2]}, ` +
          (node[4] === undefined ? 'by reference' : `as ${baseName(node[4])} imports it`)
        )
      case m.BUILTIN:
        return `${node[1] === undefined ? 'global' : `node:${node[1]}`} ${node[2].join('.')}`.trimEnd()
      case m.ENGINE:
        return node[1]
      case m.WEAK:
        return node[1] === 'map' ? 'WeakMap' : 'WeakSet'
      case m.ORIGIN:
        return `${node[3]} (${node[1]})`
      case m.REPLACED:
      case m.REDUCED:
        return 'object that says itself what travels'
      case m.BOUND:
        return 'bound function'
      case m.CALL:
        return 'made by a function of Node'
      default:
        return kinds[node[0]] ?? 'value'
    }
  }

  #children(node: Node): (readonly [string, Edge])[] {
    switch (node[0]) {
      case m.FUNCTION:
        return [
          ...(this.#packed.templates[node[1]]?.names ?? []).map((name, i) => [shownName(name), node[2][i]] as const),
          ...(node[4] === 0 ? [] : propertiesOf(node[4])),
        ]
      case m.OBJECT:
      case m.ERROR:
      case m.DATE:
      case m.REGEXP:
        return propertiesOf(node[3])
      case m.ARRAY:
        return [...node[5].map((edge, i) => [String(i), edge] as const), ...propertiesOf(node[3])]
      case m.MAP:
        return node[4].map((edge, i) => [i % 2 === 0 ? 'key' : 'value', edge] as const)
      case m.SET:
        return node[4].map(edge => ['item', edge] as const)
      case m.CALL:
        return [['function', node[1]], ...node[2].map((edge, i) => [`argument ${i}`, edge] as const)]
      case m.WEAK:
        return node[3].map((edge, i) => [i % 2 === 0 ? 'key' : 'value', edge] as const)
      case m.BOUND:
        return [['function', node[1]], ['this', node[2]], ...node[3].map((edge, i) => [`argument ${i}`, edge] as const)]
      case m.REPLACED:
        return [
          ['class', node[1]],
          ['state', node[2]],
        ]
      case m.REDUCED:
        return [['state', node[2]]]
      default:
        return []
    }
  }
}

const baseName = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

const kinds: Readonly<Record<number, string>> = {
  [m.OBJECT]: 'object',
  [m.ARRAY]: 'array',
  [m.MAP]: 'Map',
  [m.SET]: 'Set',
  [m.ERROR]: 'error',
  [m.DATE]: 'Date',
  [m.REGEXP]: 'RegExp',
  [m.BOXED]: 'boxed primitive',
  [m.VIEW]: 'typed array',
  [m.SHARED_VIEW]: 'view of shared memory',
  [m.URL_LIKE]: 'URL',
  [m.DOM_EXCEPTION]: 'DOMException',
  [m.SYMBOL]: 'symbol',
  [m.MODULE_TOOL]: 'tool of the module',
}

function propertiesOf([keys, values, extras, privates = []]: m.Properties): (readonly [string, Edge])[] {
  const more = (extras ?? []).flatMap(extra => (typeof extra[0] === 'string' ? [[extra[0], extra[2]] as const] : []))
  const fields = privates.flatMap(([, names, held]) => names.map((name, i) => [name, held[i]] as const))
  return [...keys.map((key, i) => [key, values[i]] as const), ...more, ...fields]
}

function describePrimitive(value: m.Primitive): string {
  return typeof value === 'string'
    ? JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
    : typeof value === 'bigint'
      ? `${value}n`
      : String(value)
}
