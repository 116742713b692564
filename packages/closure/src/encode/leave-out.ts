import * as m from '../protocol/message.ts'
import type { Edge, Node, Properties, Prototype } from '../protocol/message.ts'

/**
 * Takes what cannot travel out of a message: properties and items that lead to a refused node, or to something that
 * cannot be made without one. Nodes keep their numbers; those that nothing leads to any more become empty.
 *
 * @param nodes - changed in place
 * @returns false when the root itself cannot travel
 */
export function leaveOut(nodes: Node[], root: Edge): boolean {
  const gone = new Set<number>()
  for (const [index, node] of nodes.entries()) if (node[0] === m.REFUSED) gone.add(index)
  const isGone = (edge: unknown): boolean => Array.isArray(edge) && gone.has(edge[0] as number)
  for (let before = -1; before !== gone.size;) {
    before = gone.size
    for (const [index, node] of nodes.entries()) if (!gone.has(index) && needs(node).some(isGone)) gone.add(index)
  }
  if (isGone(root)) return false
  const reached = new Set<number>()
  const left: number[] = Array.isArray(root) ? [(root as m.Reference)[0]] : []
  for (let index = left.pop(); index !== undefined; index = left.pop()) {
    if (reached.has(index)) continue
    reached.add(index)
    const node = (nodes[index] = without(nodes[index] as Node, isGone))
    for (const edge of edgesOf(node)) if (Array.isArray(edge)) left.push(edge[0] as number)
  }
  for (const index of nodes.keys()) if (!reached.has(index)) nodes[index] = [m.RAW, undefined]
  return true
}

/** How many edges lead to a node. */
export function timesHeld(nodes: readonly Node[], index: number): number {
  let count = 0
  for (const node of nodes) {
    for (const edge of edgesOf(node)) if (Array.isArray(edge) && edge[0] === index) count++
  }
  return count
}

/** What a node cannot be made without. */
function needs(node: Node): readonly unknown[] {
  switch (node[0]) {
    case m.FUNCTION:
      return [
        ...node[2],
        ...(node[4] === 0 ? [] : privatesOf(node[4])),
        ...(node[5] === 0 ? [] : [node[5][0]]),
        node[7],
        node[8],
      ]
    case m.SCOPE:
      return [...node[2], node[3]]
    case m.BOUND:
      return [node[1], node[2], ...node[3]]
    case m.REPLACED:
      return [node[1], node[2]]
    case m.CALL:
      return [node[1], ...node[2]]
    case m.REDUCED:
      return [node[1], node[2], node[3]]
    case m.SHARED_VIEW:
      return [node[2]]
    case m.BOXED:
      return [node[1]]
    case m.ERROR:
      return [node[1]]
    case m.OBJECT:
    case m.ARRAY:
    case m.MAP:
    case m.SET:
    case m.DATE:
    case m.REGEXP:
      return [node[1], ...privatesOf(node[3])]
    default:
      return []
  }
}

/** An error is worth more than its private fields; without one any other object would be broken. */
function privatesOf([, , , privates = []]: Properties): readonly unknown[] {
  return privates.flatMap(([type, , values]) => [type, ...values])
}

function without(node: Node, isGone: (edge: unknown) => boolean): Node {
  const rest = (properties: Properties): Properties => withoutProperties(properties, isGone)
  switch (node[0]) {
    case m.OBJECT:
      return [m.OBJECT, node[1], node[2], rest(node[3])]
    case m.ARRAY:
      // The others keep their places.
      return [
        ...node.slice(0, 3),
        rest(node[3]),
        node[4],
        node[5].map(edge => (isGone(edge) ? undefined : edge)),
      ] as never
    case m.MAP: {
      const entries = node[4].filter((_, i) => !isGone(node[4][i & ~1]) && !isGone(node[4][i | 1]))
      return [m.MAP, node[1], node[2], rest(node[3]), entries]
    }
    case m.SET:
      return [m.SET, node[1], node[2], rest(node[3]), node[4].filter(edge => !isGone(edge))]
    case m.CALL:
      return [m.CALL, node[1], node[2], rest(node[3])]
    case m.WEAK: {
      const entries = node[3].filter((_, i) => !isGone(node[3][i & ~1]) && !isGone(node[3][i | 1]))
      return [m.WEAK, node[1], node[2], entries]
    }
    case m.ERROR:
      return [m.ERROR, node[1], node[2], rest(node[3]), node[4]]
    case m.DATE:
      return [m.DATE, node[1], node[2], rest(node[3]), node[4]]
    case m.REGEXP:
      return [m.REGEXP, node[1], node[2], rest(node[3]), node[4], node[5], node[6]]
    case m.DOM_EXCEPTION:
      return [m.DOM_EXCEPTION, node[1], node[2], node[3], rest(node[4])]
    case m.FUNCTION: {
      const copy = [...node] as unknown[]
      if (node[4] !== 0) copy[4] = rest(node[4])
      if (node[5] !== 0) copy[5] = [node[5][0], rest(node[5][1])]
      return copy as unknown as Node
    }
    default:
      return node
  }
}

function withoutProperties(
  [keys, values, extras, privates]: Properties,
  isGone: (edge: unknown) => boolean,
): Properties {
  const kept = keys.map((key, i) => [key, values[i]] as const).filter(([, edge]) => !isGone(edge))
  const more = extras?.filter(extra => !extra.some((part, i) => i !== 1 && isGone(part)))
  const [names, edges] = [kept.map(([key]) => key), kept.map(([, edge]) => edge)]
  const fields = privates?.map(
    ([type, fieldNames, held]) => [type, fieldNames, held.map(edge => (isGone(edge) ? undefined : edge))] as const,
  )
  return fields !== undefined
    ? [names, edges, more, fields]
    : more === undefined
      ? [names, edges]
      : [names, edges, more]
}

/** All that a node leads to. Prototypes and the like are edges with something behind the number. */
function edgesOf(node: Node): readonly unknown[] {
  const ofProperties = ([, values, extras = [], privates = []]: Properties): unknown[] => [
    ...values,
    ...extras.flatMap(extra => extra.filter((_, i) => i !== 1)),
    ...privates.flatMap(([type, , held]) => [type, ...held]),
  ]
  const prototype = (edge: Prototype): unknown[] => (Array.isArray(edge) ? [edge] : [])
  switch (node[0]) {
    case m.ARRAY:
      return [...prototype(node[1]), ...ofProperties(node[3]), ...node[5]]
    case m.MAP:
    case m.SET:
      return [...prototype(node[1]), ...ofProperties(node[3]), ...node[4]]
    case m.OBJECT:
    case m.ERROR:
    case m.DATE:
    case m.REGEXP:
      return [...prototype(node[1]), ...ofProperties(node[3])]
    case m.DOM_EXCEPTION:
      return ofProperties(node[4])
    case m.WEAK:
      return node[3]
    case m.CALL:
      return [node[1], ...node[2], ...ofProperties(node[3])]
    case m.FUNCTION:
      return [
        ...node[2],
        ...(node[4] === 0 ? [] : ofProperties(node[4])),
        ...(node[5] === 0 ? [] : [...prototype(node[5][0]), ...ofProperties(node[5][1])]),
        node[7],
        node[8],
      ]
    default:
      return needs(node)
  }
}
