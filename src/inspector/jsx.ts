// What esbuild writes for TSX.
export { Fragment, h } from 'preact'
