// For runners whose `test` is a global one: jest, mocha with `--ui qunit`.
import { cases } from './cases.mjs'

for (const [name, check] of Object.entries(cases)) test(name, check)
