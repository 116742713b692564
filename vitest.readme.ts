import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

/**
 * Runs every `ts` example of a Markdown file as a program and compares what it prints with the comments behind its
 * `console.log` calls:
 *
 *     console.log(1 + 1) // 2
 *
 * @param markdown - the file
 * @param home - the package in which the examples run, so that its own name and those of its dependencies resolve.
 * @default the folder of the file
 */
export function describeExamples(markdown: string, home: string = dirname(markdown)): void {
  const examples = [...readFileSync(markdown, 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(match => match[1] ?? '')
  describe(basename(markdown), () => {
    test('has examples', () => {
      expect(examples.length).toBeGreaterThan(0)
    })

    test.each(examples.map((code, index) => [index + 1, code] as const))(
      'example %i prints what it says',
      async (_, code) => {
        const expected = [...code.matchAll(/^\s*(?:for .*)?console\.log\(.*\) +\/\/ (.*)$/gm)].map(match => match[1])
        const folder = mkdtempSync(join(home, '.example-'))
        try {
          const file = join(folder, 'example.ts')
          writeFileSync(file, code)
          const { stdout, stderr } = await promisify(execFile)(
            process.execPath,
            ['--conditions=@manyhands/source', file],
            { timeout: 50_000 },
          )
          expect(stderr).toBe('')
          expect(stdout === '' ? [] : stdout.trimEnd().split('\n')).toEqual(expected)
        } finally {
          rmSync(folder, { recursive: true })
        }
      },
    )
  })
}
