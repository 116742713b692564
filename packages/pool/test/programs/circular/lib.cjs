const main = require('./main.cjs')

exports.use = function use(x) {
  return x + main.fromMain
}
