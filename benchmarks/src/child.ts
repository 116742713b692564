// Measures one row in one section, in a process of its own: node child.ts SECTION ROW WORKERS. The last line it prints
// is a Measurement as JSON.
import { writeSync } from 'node:fs'
import { within } from './deadline.ts'
import type { Row } from './row.ts'
import { rows } from './rows/index.ts'
import { sectionDefinitions } from './sections/index.ts'

/** A pool that does not close in time is noted, and left to the end of the process. */
const closeMs = 1500

const [sectionName, rowName, workers] = process.argv.slice(2)
const section = sectionDefinitions.find(({ name }) => name === sectionName)
const row = rows.find(({ name }) => name === rowName)
if (section === undefined || row === undefined) {
  throw new Error(`there is no row ${rowName} or no section ${sectionName}`)
}

const closing: string[] = []
const { values, notes } = await section.measure(closingInTime(row), Number(workers))
writeSync(1, `\n${JSON.stringify({ values, notes: [...notes, ...closing] })}\n`)
process.exit(0)

function closingInTime(original: Row): Row {
  return {
    ...original,
    open: async options => {
      const pool = await original.open(options)
      const close = async (): Promise<void> => {
        try {
          await within(closeMs, 'close()', Promise.resolve(pool.close()))
        } catch (error) {
          closing.push(error instanceof Error ? error.message : String(error))
        }
      }
      return { ...pool, close }
    },
  }
}
