import type { ProgressStream } from './progress-options.ts'

const CLEAR_RIGHT = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

/**
 * The terminal as cli-progress wants it: rows at the bottom that are drawn over and over.
 *
 * It differs from cli-progress's own in that it can write text above the rows, and that it never hides the cursor nor
 * turns wrapping off: a program that is ended by a signal leaves nothing to restore. (A signal handler would have to
 * end the program itself, and two libraries that each leave this to the other make Ctrl-C do nothing.)
 */
export class TerminalLines {
  readonly #stream: ProgressStream
  readonly #write: (text: string) => void
  /** Rows between the first one and the cursor. */
  #row = 0

  /** @param write - to the stream, below whatever catches its output */
  constructor(stream: ProgressStream, write: (text: string) => void) {
    this.#stream = stream
    this.#write = write
  }

  /** Writes text in place of the rows; they have to be drawn again. */
  above(write: () => void): void {
    this.cursorRelativeReset()
    this.clearBottom()
    write()
  }

  isTTY(): boolean {
    return true
  }

  getWidth(): number {
    return this.#stream.columns || 80 // 0: a terminal that does not know
  }

  /** Rows that fit on the screen. */
  getHeight(): number {
    return this.#stream.rows || 24
  }

  write(text: string): void {
    this.#write(text)
  }

  newline(): void {
    this.#write('\n')
    this.#row++
  }

  cursorTo(): void {
    this.#write('\r')
  }

  cursorRelativeReset(): void {
    this.#write(this.#row > 0 ? `\x1b[${this.#row}A\r` : '\r')
    this.#row = 0
  }

  clearRight(): void {
    this.#write(CLEAR_RIGHT)
  }

  clearLine(): void {
    this.#write(`\r${CLEAR_RIGHT}`)
  }

  clearBottom(): void {
    this.#write(CLEAR_BELOW)
  }

  // What it leaves alone.
  cursorSave(): void {}
  cursorRestore(): void {}
  cursor(): void {}
  lineWrapping(): void {}
  cursorRelative(): void {}
}
