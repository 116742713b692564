import { test } from 'node:test'
import { cases } from './cases.mjs'

for (const [name, check] of Object.entries(cases)) void test(name, check)
