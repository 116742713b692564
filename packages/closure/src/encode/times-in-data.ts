import { type Node, RAW } from '../protocol/message.ts'

/** In how many places data that travels as it is holds `value`; places in `value` itself do not count. */
export function timesInData(nodes: readonly Node[], value: object): number {
  let count = 0
  const seen = new Set<unknown>([value])
  const left: unknown[] = nodes.flatMap(node => (node[0] === RAW && node[1] !== value ? [node[1]] : []))
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    for (const part of partsOf(next as object)) {
      if (part === value) count++
      else if (typeof part === 'object' && part !== null) left.push(part)
    }
  }
  return count
}

function partsOf(data: object): readonly unknown[] {
  if (data instanceof Map) return [...data].flat()
  if (data instanceof Set) return [...data]
  return ArrayBuffer.isView(data) ? [] : Object.values(data)
}
