let total = 0
export const add = n => (total += n)
export const read = () => total
export const reader = () => () => total
