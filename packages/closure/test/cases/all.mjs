import { cases as basics } from './basics.mjs'
import { cases as classes } from './classes.mjs'
import { cases as modules, ready } from './modules.mjs'
import { cases as privates } from './privates.mjs'
import { cases as syntax } from './syntax.mjs'
import { cases as traps } from './traps.mjs'
import { cases as typed } from './typed.ts'
import { cases as values } from './values.mjs'

export { ready }
export const cases = [...basics, ...syntax, ...classes, ...privates, ...values, ...modules, ...traps, ...typed]
