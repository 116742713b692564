/** What goes wrong on the way, or what a peer means to send: bytes are changed, lost, repeated, inserted. */
export function damage(bytes: Buffer, random: () => number): Buffer {
  const below = (n: number): number => Math.floor(random() * n)
  const at = below(bytes.length)
  const to = at + below(Math.min(16, bytes.length - at)) + 1
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
  switch (below(6)) {
    case 0: {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ (1 << below(8))
      return changed
    }
    case 1:
      return Buffer.concat([before, Buffer.from(part.map(() => below(256))), after])
    case 2:
      return Buffer.concat([before, after])
    case 3:
      return Buffer.concat([before, part, part, after])
    case 4:
      return Buffer.concat([before, Buffer.from([below(256), below(256), 255, 255]), after])
    default:
      return before
  }
}
