/** The tag under which either side finds what core exports: each has its own copy of the package, and it is never imported by URL. */
export const CORE_TAG = 'mh:core'
