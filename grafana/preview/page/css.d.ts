/** Styles, which esbuild bundles. */
declare module "*.css";
