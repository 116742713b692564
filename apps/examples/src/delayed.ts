// A list of delayed calls runs on threads; results come in the order of the list.
import { delayed, Parallel } from '@manyhands/parallel'

const offset = 100
const power = (base: number, exponent: number): number => offset + base ** exponent

const results = await Parallel({ jobs: 2, backend: 'threads' })([1, 2, 3, 4, 5].map(n => delayed(power)(n, 2)))
console.log(results.join(' '))
