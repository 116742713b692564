/**
 * Text as the bytes of a list: UTF-8, and a half of a surrogate pair that stands alone as its three bytes of WTF-8, as
 * long as what UTF-8 would put in its place.
 */

/** The first byte of a surrogate, and of other characters whose second byte is less than {@link SURROGATE}. */
const LEAD = 0xed
const SURROGATE = 0xa0

export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text)
  const parts = text.split(/(\p{Surrogate})/u).map((part, i) => {
    if (i % 2 === 0) return Buffer.from(part)
    const unit = part.charCodeAt(0)
    return Buffer.from([LEAD, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
  })
  return Buffer.concat(parts)
}

export function decodeText(bytes: Buffer): string {
  let text = ''
  let from = 0
  for (let at = bytes.indexOf(LEAD); at >= 0; at = bytes.indexOf(LEAD, at + 1)) {
    const [, second = 0, third = 0] = bytes.subarray(at, at + 3)
    if (second < SURROGATE) continue
    const unit = 0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)
    text += bytes.toString('utf8', from, at) + String.fromCharCode(unit)
    from = at + 3
  }
  return text + bytes.toString('utf8', from)
}
