/** PROT_READ | PROT_WRITE, on all systems. */
export const PROT_READ_WRITE = 3
/** On all systems. */
export const MAP_SHARED = 1
