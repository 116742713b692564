import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { type Arguments, parseArguments, usage, UsageError } from './args.ts'
import { sectionHeading, sectionTable } from './report.ts'
import { collect, type ResultRow, type RowResult, toResultRows } from './results.ts'
import { runRow } from './run-row.ts'
import type { Measurement, SectionDefinition } from './section.ts'
import { appliesTo, sectionDefinitions } from './sections/index.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

try {
  const args = parseArguments(process.argv.slice(2))
  if (args.help) console.log(usage)
  else await bench(args)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`bench: ${error.message}`)
  process.exitCode = 2
}

async function bench({ sections, rows, repeats, json }: Arguments): Promise<void> {
  const lines: ResultRow[] = []
  const failed: string[] = []
  const system = `Node ${process.version}, ${process.platform} ${process.arch}`
  const processors = `${availableParallelism()} processors (${cpus()[0]?.model.trim() ?? 'unknown'})`
  console.log(`${system}, ${processors}; medians of ${repeats} runs`)
  for (const section of sectionDefinitions.filter(({ name }) => sections.includes(name))) {
    if (section.unavailable !== undefined) {
      console.log(`\n### ${section.name}\n\nNot measured: ${section.unavailable}.`)
      continue
    }
    const chosen = rows.filter(row => appliesTo(section, row))
    if (chosen.length === 0) continue
    const results = await measureSection(section, chosen, repeats)
    if (stop.signal.aborted) break
    console.log(`\n${sectionHeading(section)}\n\n${sectionTable(section, results)}`)
    lines.push(...toResultRows(section, results))
    // A peer may fail; what we answer for may not.
    failed.push(
      ...results
        .filter(({ row, values }) => ['manyhands', 'raw'].includes(row.library) && values.size === 0)
        .map(({ row, notes }) => `${section.name}, ${row.name}: ${notes.join('; ')}`),
    )
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(lines, null, 1)}\n`)
  for (const line of failed) console.error(`bench: ${line}`)
  process.exitCode = stop.signal.aborted ? 130 : failed.length === 0 ? 0 : 1
}

/** Row after row, then the next repeat, so that a slow minute of the machine meets all. */
async function measureSection(
  section: SectionDefinition,
  rows: Arguments['rows'],
  repeats: number,
): Promise<RowResult[]> {
  const measurements = rows.map((): Measurement[] => [])
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const [i, row] of rows.entries()) {
      if (stop.signal.aborted) break
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${section.name} ${repeat}/${repeats}: ${row.name}`)
      measurements[i]?.push(await runRow(section, row, stop.signal))
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  return rows.map((row, i) => collect(row, measurements[i] ?? []))
}
