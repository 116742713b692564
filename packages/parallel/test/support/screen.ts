import type { ProgressStream } from '../../src/index.ts'

/** A small terminal: what is written to it can be read back as a person would see it. */
export class Screen implements ProgressStream {
  readonly isTTY = true
  readonly columns: number
  readonly rows: number
  raw = ''
  readonly #lines: string[][] = [[]]
  #row = 0
  #column = 0
  #written: (() => void) | undefined

  constructor(columns = 80, rows = 24) {
    this.columns = columns
    this.rows = rows
  }

  write(text: string): boolean {
    this.raw += text
    for (const [token] of text.matchAll(/\p{Cc}\[[0-9?]*[A-Za-z]|./gsu)) this.#put(token)
    this.#written?.()
    return true
  }

  /** What is on the screen, without trailing space. */
  get text(): string {
    return this.#lines
      .map(line => line.join('').trimEnd())
      .join('\n')
      .trimEnd()
  }

  /** Resolves when what is on the screen matches. */
  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await new Promise<void>(resolve => (this.#written = resolve))
  }

  #put(token: string): void {
    const line = this.#lines[this.#row] as string[]
    if (token === '\r') this.#column = 0
    else if (token === '\n') {
      this.#row++
      this.#column = 0
      if (this.#row === this.#lines.length) this.#lines.push([])
    } else if (token === '\x1b[K') line.length = Math.min(line.length, this.#column)
    else if (token === '\x1b[J') {
      line.length = Math.min(line.length, this.#column)
      this.#lines.length = this.#row + 1
    } else if (token.startsWith('\x1b[') && token.endsWith('A')) {
      this.#row = Math.max(0, this.#row - Number(token.slice(2, -1) || 1))
    } else if (token.startsWith('\x1b[') && token.endsWith('m')) return // colours take no place
    else if (token.startsWith('\x1b')) throw new Error(`the screen does not know ${JSON.stringify(token)}`)
    else {
      while (line.length < this.#column) line.push(' ')
      line[this.#column++] = token
      if (this.#column > this.columns) throw new Error(`a line is wider than ${this.columns}: ${line.join('')}`)
    }
  }
}
