// What a worker of a bundled program starts with: everything in one text. See main/worker-entry.ts.
import './use-own-copies.ts'
import './entry.ts'
