import { expect, test } from 'vitest'
import type { Process } from '../../src/index.ts'

/** What subclasses of Process and Thread do. `read` gives what a child wrote to a file, as JSON. */
export function describeSubclasses(Kind: typeof Process, newFile: () => string, read: (file: string) => unknown): void {
  // CPython: test_subclassing
  test('P21 a subclass runs its own run(), with its properties', async () => {
    const file = newFile()
    class Writer extends Kind {
      readonly file: string
      readonly words: readonly string[]
      constructor(path: string, words: readonly string[]) {
        super({ name: 'writer' })
        this.file = path
        this.words = words
      }

      get text(): string {
        return this.words.map(word => word.toUpperCase()).join(' ')
      }

      override run(): void {
        process
          .getBuiltinModule('node:fs')
          .writeFileSync(this.file, JSON.stringify([this.text, this.name, this.isAlive, this.pid === process.pid]))
      }
    }
    const writer = new Writer(file, ['one', 'two'])
    await writer.start()
    expect(await writer.join()).toEqual({ exitCode: 0, signalCode: null })
    expect(read(file)).toEqual(['ONE TWO', 'writer', true, true])
    expect(writer.words).toEqual(['one', 'two'])
  })

  test('a subclass without run() calls its target', async () => {
    const file = newFile()
    class Named extends Kind<[string, number]> {
      readonly extra = 1
    }
    const child = new Named({
      target: (path, value) => process.getBuiltinModule('node:fs').writeFileSync(path, String(value)),
      args: [file, 5],
    })
    await child.start()
    await child.join()
    expect(read(file)).toBe(5)
  })

  test('a subclass has its private state there', async () => {
    const file = newFile()
    class Secret extends Kind {
      readonly path: string
      readonly #word: string
      constructor(path: string, word: string) {
        super()
        this.path = path
        this.#word = word
      }
      override run(): void {
        process.getBuiltinModule('node:fs').writeFileSync(this.path, JSON.stringify(this.#word))
      }
    }
    const child = new Secret(file, 'secret')
    await child.start()
    await child.join()
    expect(read(file)).toBe('secret')
  })
}
