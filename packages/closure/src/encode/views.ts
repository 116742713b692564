import { type Node, VIEW } from '../protocol/message.ts'

interface PendingView {
  readonly index: number
  readonly type: string
  readonly view: ArrayBufferView
}

/**
 * Views of a part of a buffer. Structured clone would send the whole buffer, so a view travels as its own bytes unless
 * another value of the message uses the same buffer; that is known only at the end.
 */
export class Views {
  #pending: Map<object, PendingView[]> | undefined

  /** The node of `view` is written by `finish`. */
  add(view: ArrayBufferView, type: string, index: number): Node {
    const all = (this.#pending ??= new Map())
    const list = all.get(view.buffer)
    const pending = { index, type, view }
    if (list === undefined) all.set(view.buffer, [pending])
    else list.push(pending)
    return node(pending, false)
  }

  /**
   * @param raw - objects that travel as they are; a buffer among them is shared, and buffers that are sent whole are
   * added
   */
  finish(nodes: Node[], raw: Set<object>): void {
    for (const [buffer, list] of this.#pending ?? []) {
      const whole = !(buffer instanceof ArrayBuffer) || raw.has(buffer) || (list.length > 1 && !isPool(list))
      for (const pending of list) nodes[pending.index] = node(pending, !whole)
      if (whole && buffer instanceof ArrayBuffer) raw.add(buffer)
    }
  }
}

/** Small Buffers are cut from one that all share: parts that do not overlap have nothing in common. */
function isPool(list: readonly PendingView[]): boolean {
  if (!list.every(({ type }) => type === 'Buffer')) return false
  const views = list.map(({ view }) => view).toSorted((a, b) => a.byteOffset - b.byteOffset)
  return views.every(
    (view, i) =>
      i === 0 ||
      view.byteOffset >= (views[i - 1] as ArrayBufferView).byteOffset + (views[i - 1] as ArrayBufferView).byteLength,
  )
}

function node({ type, view }: PendingView, own: boolean): Node {
  const { buffer, byteOffset, byteLength } = view
  const length = 'length' in view ? (view as Uint8Array).length : byteLength
  if (!own || !(buffer instanceof ArrayBuffer)) return [VIEW, type, buffer, byteOffset, length]
  return [VIEW, type, buffer.slice(byteOffset, byteOffset + byteLength), 0, length]
}
