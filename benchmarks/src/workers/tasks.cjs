// The same for libraries whose workers cannot import modules. Node 22 and later require the module itself.
module.exports = { ...require('./tasks.mjs') }
