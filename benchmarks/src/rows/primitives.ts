import type { Kind, Row } from '../row.ts'

/** They have no pool: the section of primitives measures them by their names. */
function row(name: string, library: string, kind: Kind): Row {
  return { name, library, kind, sections: ['primitives'], open: () => Promise.reject(new Error(`${name} is no pool`)) }
}

export const primitiveRows: readonly Row[] = [
  row('manyhands primitives (threads)', 'manyhands', 'thread'),
  row('manyhands primitives (processes)', 'manyhands', 'process'),
  row('Python threading', 'python', 'thread'),
  row('Python multiprocessing', 'python', 'process'),
  row('Web Locks', 'node', 'thread'),
]
