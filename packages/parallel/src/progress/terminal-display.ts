import { slot } from '@manyhands/base'
import type { MultiBar, SingleBar } from 'cli-progress'
import { type CapturableStream, CapturedOutput } from './captured-output.ts'
import type { ProgressStream } from './progress-options.ts'
import { TerminalLines } from './terminal-lines.ts'

/** Draws one row, at most so many columns wide. */
export type DrawRow = (columns: number) => string

export type DisplayRow = SingleBar

type MultiBarClass = typeof MultiBar

interface Painter {
  readonly stream: ProgressStream
  /** What else writes to this terminal: its lines go above the rows. */
  readonly outputs: readonly (CapturableStream & ProgressStream)[]
  readonly MultiBar: MultiBarClass
}

/**
 * The rows at the bottom of a terminal, painted by cli-progress; all calls that draw on one stream share them.
 *
 * While there are rows, what the program writes to the terminal goes above them.
 */
export class TerminalDisplay {
  readonly #lines: TerminalLines
  readonly #bars: MultiBar
  readonly #caught: readonly CapturedOutput[]
  readonly #rows = new Set<DisplayRow>()
  readonly #onClose: () => void
  readonly #atExit = (): void => {
    this.#lines.newline()
    this.#close()
  }

  constructor({ stream, outputs, MultiBar }: Painter, onClose: () => void) {
    this.#onClose = onClose
    const onLines = (write: () => void): void => {
      this.#lines.above(write)
      this.#bars.update()
    }
    const caught = new Map(outputs.map(output => [output as ProgressStream, new CapturedOutput(output, onLines)]))
    this.#caught = [...caught.values()]
    const own = caught.get(stream)
    const lines = new TerminalLines(stream, own === undefined ? text => void stream.write(text) : own.write)
    this.#lines = lines
    const options = {
      terminal: lines, // not in its types, but read
      format: (_options: object, { maxWidth }: { readonly maxWidth: number }, { draw }: { readonly draw: DrawRow }) =>
        draw(maxWidth),
      forceRedraw: true, // without it a row that did not change is not drawn again where it has moved to
      clearOnComplete: true,
      gracefulExit: false,
    }
    this.#bars = new MultiBar(options)
    process.once('exit', this.#atExit)
  }

  /** How many more rows fit. A terminal that is full would scroll at each redraw. */
  get room(): number {
    return this.#lines.getHeight() - this.#rows.size - 2
  }

  add(draw: DrawRow): DisplayRow {
    const row = this.#bars.create(1, 0, { draw })
    this.#rows.add(row)
    this.#bars.update()
    return row
  }

  /**
   * Removes rows; with the last one the terminal is as it was.
   *
   * @param text - a line that stays, above the rows that are left
   */
  remove(rows: readonly DisplayRow[], text?: string): void {
    if (text !== undefined) this.#lines.above(() => this.#lines.write(`${text}\n`))
    for (const row of rows) {
      this.#rows.delete(row)
      // The last one is not removed: that would leave an empty line.
      if (this.#rows.size > 0) this.#bars.remove(row)
    }
    if (this.#rows.size === 0) this.#close()
  }

  get columns(): number {
    return this.#lines.getWidth()
  }

  #close(): void {
    process.removeListener('exit', this.#atExit)
    this.#bars.stop()
    for (const output of this.#caught) output.close()
    this.#onClose()
  }
}

/** The display of a stream. cli-progress is loaded when the first one is drawn. */
export async function displayOn(stream: ProgressStream): Promise<TerminalDisplay> {
  const { default: cliProgress } = await import('cli-progress')
  const displays = slot('parallel.displays', () => new WeakMap<ProgressStream, TerminalDisplay>())
  const open = displays.get(stream)
  if (open !== undefined) return open
  const outputs = [process.stdout, process.stderr].filter(output => output.isTTY || output === stream)
  const display = new TerminalDisplay(
    { stream, outputs: outputs as (CapturableStream & ProgressStream)[], MultiBar: cliProgress.MultiBar },
    () => void displays.delete(stream),
  )
  displays.set(stream, display)
  return display
}
